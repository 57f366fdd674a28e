-- Updates the running mean of a lane's seconds per unit. A new value has a weight of one tenth.
-- ARGV: lane, seconds
local mean = tonumber(redis.call('HGET', K.PACE, ARGV[1]) or ARGV[2])
redis.call('HSET', K.PACE, ARGV[1], mean + 0.1 * (tonumber(ARGV[2]) - mean))
return 1
