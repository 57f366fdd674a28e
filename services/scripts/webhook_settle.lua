-- Records the outcome of a webhook: "delivered", "retried", "given_up", or "" if it was only postponed. Does nothing if
-- another dispatcher has recorded it, or if the job was replayed and has ended again.
-- ARGV: job id, when the job ended, outcome, seconds until the next attempt or ""
local id, outcome, job = ARGV[1], ARGV[3], K.JOB .. ARGV[1]
if not redis.call('ZSCORE', K.WEBHOOKS, id) then return 0 end
local ended = redis.call('HGET', job, 'finished_at')
if ended and ended ~= ARGV[2] then return 0 end

if ARGV[4] == '' then
  redis.call('ZREM', K.WEBHOOKS, id)
else
  redis.call('ZADD', K.WEBHOOKS, tonumber(clock()) + tonumber(ARGV[4]), id)
end
if outcome ~= '' then
  redis.call('HINCRBY', K.COUNTERS, 'webhooks:' .. outcome, 1)
  if ended then
    redis.call('HSET', job, 'webhook_status', outcome)
    if outcome == 'retried' then redis.call('HINCRBY', job, 'webhook_tries', 1) end
  end
end
return 1
