-- How long units of a lane take, as a running mean: each new one weighs a tenth.
-- ARGV: lane, seconds
local before = tonumber(redis.call('HGET', K.PACE, ARGV[1]) or ARGV[2])
redis.call('HSET', K.PACE, ARGV[1], before + 0.1 * (tonumber(ARGV[2]) - before))
return 1
