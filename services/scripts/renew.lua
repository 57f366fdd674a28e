-- Extends a lease; 0 when the caller no longer holds the unit, so that it stops.
-- ARGV: job id, unit, token, lease s
local member = named(ARGV[1], ARGV[2])
if not holds(ARGV[1], ARGV[2], ARGV[3]) or not redis.call('ZSCORE', K.LEASES, member) then return 0 end
redis.call('ZADD', K.LEASES, tonumber(clock()) + tonumber(ARGV[4]), member)
return 1
