-- Takes webhooks that are due and hides each one for a lease, so that a dispatcher that dies loses nothing. Replies for
-- each with {job id, when the job ended, failed attempts, seconds since the first attempt}.
-- ARGV: lease s, maximum number
local now = tonumber(clock())
local taken = {}
for _, id in ipairs(redis.call('ZRANGEBYSCORE', K.WEBHOOKS, '-inf', now, 'LIMIT', 0, ARGV[2])) do
  local job = K.JOB .. id
  local ended, hidden, attempted_for = unpack(redis.call('HMGET', job, 'finished_at', 'hidden', 'webhook_of'))
  if ended and not hidden then
    -- A replayed job ends again, and each end has its own attempts.
    if attempted_for ~= ended then
      redis.call('HSET', job, 'webhook_of', ended, 'webhook_since', now, 'webhook_tries', '0', 'webhook_status', '')
    end
    local since, attempts = unpack(redis.call('HMGET', job, 'webhook_since', 'webhook_tries'))
    redis.call('ZADD', K.WEBHOOKS, now + tonumber(ARGV[1]), id)
    taken[#taken + 1] = {id, ended, attempts, tostring(now - tonumber(since))}
  else  -- deleted, or replayed and not ended
    redis.call('ZREM', K.WEBHOOKS, id)
  end
end
return taken
