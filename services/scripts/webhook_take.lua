-- Takes webhooks that are due, and hides each for a lease: a courier that dies over one loses nothing. Answers for each
-- {job id, its end, tries that failed, seconds since the first}.
-- ARGV: lease s, how many at most
local now = tonumber(clock())
local taken = {}
for _, id in ipairs(redis.call('ZRANGEBYSCORE', K.WEBHOOKS, '-inf', now, 'LIMIT', 0, ARGV[2])) do
  local job = K.JOB .. id
  local ended, hidden, told = unpack(redis.call('HMGET', job, 'finished_at', 'hidden', 'webhook_of'))
  if ended and not hidden then
    -- A job that was replayed ends anew, and this end has tries of its own.
    if told ~= ended then
      redis.call('HSET', job, 'webhook_of', ended, 'webhook_since', now, 'webhook_tries', '0', 'webhook_status', '')
    end
    local since, tries = unpack(redis.call('HMGET', job, 'webhook_since', 'webhook_tries'))
    redis.call('ZADD', K.WEBHOOKS, now + tonumber(ARGV[1]), id)
    taken[#taken + 1] = {id, ended, tries, tostring(now - tonumber(since))}
  else  -- deleted, or worked on once more
    redis.call('ZREM', K.WEBHOOKS, id)
  end
end
return taken
