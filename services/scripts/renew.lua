-- Extends a lease; 0 when the caller no longer holds it, so that it stops.
-- KEYS: job, running   ARGV: job id, token, lease s
if not holds(KEYS[1], ARGV[2]) or not redis.call('ZSCORE', KEYS[2], ARGV[1]) then return 0 end
redis.call('ZADD', KEYS[2], tonumber(clock()) + tonumber(ARGV[3]), ARGV[1])
return 1
