-- What came of a webhook's try: "delivered", "retried", "given_up", or "" when it was only put off. Nothing happens when
-- another courier has settled it, or the job has ended anew since.
-- KEYS: webhooks, job, tally   ARGV: job id, its end, outcome, seconds until the next try or ""
local webhooks, job, tally = unpack(KEYS)
local id, outcome = ARGV[1], ARGV[3]
if not redis.call('ZSCORE', webhooks, id) then return 0 end
local ended = redis.call('HGET', job, 'finished_at')
if ended and ended ~= ARGV[2] then return 0 end

if ARGV[4] == '' then
  redis.call('ZREM', webhooks, id)
else
  redis.call('ZADD', webhooks, tonumber(clock()) + tonumber(ARGV[4]), id)
end
if outcome ~= '' then
  redis.call('HINCRBY', tally, 'webhooks:' .. outcome, 1)
  if ended then
    redis.call('HSET', job, 'webhook_status', outcome)
    if outcome == 'retried' then redis.call('HINCRBY', job, 'webhook_tries', 1) end
  end
end
return 1
