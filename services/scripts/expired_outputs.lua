-- Replies with the ids of results whose generated files no job needs any more: the result has expired or was deleted, or
-- its job ended without one. The others are checked again when they may have expired.
-- ARGV: maximum number
local now, expired = tonumber(clock()), {}
for _, result in ipairs(redis.call('ZRANGEBYSCORE', K.OUTPUTS, '-inf', now, 'LIMIT', 0, ARGV[1])) do
  local left = redis.call('TTL', K.RESULT .. result)
  if left >= 0 then
    redis.call('ZADD', K.OUTPUTS, now + left + 1, result)
  elseif has_open_work(result) then
    redis.call('ZADD', K.OUTPUTS, now + C.OUTPUT_CHECK_SECONDS, result)
  else
    expired[#expired + 1] = result
  end
end
return expired
