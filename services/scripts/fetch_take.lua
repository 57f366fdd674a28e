-- Takes jobs whose file is to be fetched now, and hides each one for a lease, so that a fetcher that dies loses nothing.
-- Replies with their ids.
-- ARGV: lease s, maximum number
local now, taken = tonumber(clock()), {}
for _, id in ipairs(redis.call('ZRANGEBYSCORE', K.FETCHES, '-inf', now, 'LIMIT', 0, ARGV[2])) do
  if redis.call('HGET', K.JOB .. id, 'status') == 'awaiting_upload' then
    redis.call('ZADD', K.FETCHES, now + tonumber(ARGV[1]), id)
    taken[#taken + 1] = id
  else  -- cancelled, failed, or started
    redis.call('ZREM', K.FETCHES, id)
  end
end
return taken
