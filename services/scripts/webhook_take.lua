-- Takes webhooks that are due, and hides each for a lease: a courier that dies over one loses nothing. Answers for each
-- {job id, its end, tries that failed, seconds since the first}.
-- KEYS: webhooks   ARGV: prefix of job records, lease s, how many at most
local now = tonumber(clock())
local taken = {}
for _, id in ipairs(redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', now, 'LIMIT', 0, ARGV[3])) do
  local job = ARGV[1] .. id
  local ended, told = unpack(redis.call('HMGET', job, 'finished_at', 'webhook_of'))
  if ended then
    -- A job that was replayed ends anew, and this end has tries of its own.
    if told ~= ended then
      redis.call('HSET', job, 'webhook_of', ended, 'webhook_since', now, 'webhook_tries', '0', 'webhook_status', '')
    end
    local since, tries = unpack(redis.call('HMGET', job, 'webhook_since', 'webhook_tries'))
    redis.call('ZADD', KEYS[1], now + tonumber(ARGV[2]), id)
    taken[#taken + 1] = {id, ended, tries, tostring(now - tonumber(since))}
  else  -- deleted, or worked on once more
    redis.call('ZREM', KEYS[1], id)
  end
end
return taken
