-- Extends a lease. Replies 0 if the caller no longer holds the unit and has to stop.
-- ARGV: job id, unit, token, lease s
local member = member_of(ARGV[1], ARGV[2])
if not holds_unit(ARGV[1], ARGV[2], ARGV[3]) or not redis.call('ZSCORE', K.LEASES, member) then return 0 end
redis.call('ZADD', K.LEASES, tonumber(clock()) + tonumber(ARGV[4]), member)
return 1
