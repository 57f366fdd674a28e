-- Records a job whose upload is still to come, once. 0 when it is known already.
-- ARGV: job id, owner, when its upload expires (Unix s), record ttl s, then field, value, …
local id, owner, job, now = ARGV[1], ARGV[2], K.JOB .. ARGV[1], clock()
if redis.call('HSETNX', job, 'created_at', now) == 0 then return 0 end
redis.call('HSET', job, unpack(ARGV, 5))
redis.call('ZADD', K.AWAITING, ARGV[3], id)
redis.call('ZADD', K.OWNED .. owner, now, id)
redis.call('EXPIRE', K.OWNED .. owner, ARGV[4])
return 1
