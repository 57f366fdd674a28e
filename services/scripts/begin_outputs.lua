-- Records that files are about to be generated for the result of a job. Replies 0 if the caller does not hold the unit.
-- ARGV: job id, unit, token
local id = ARGV[1]
if not holds_unit(id, ARGV[2], ARGV[3]) then return 0 end
redis.call('ZADD', K.OUTPUTS, tonumber(clock()) + C.OUTPUT_CHECK_SECONDS, id)
return 1
