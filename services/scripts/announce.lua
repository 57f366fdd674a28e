-- Stores a job whose upload has not arrived yet, once. Replies {"announced", creation time in Unix s}, {"known"} if it
-- was stored before, or {"busy", seconds} if nothing was stored because a job submitted now would wait too long.
-- ARGV: job id, owner, when the upload expires (Unix s), record TTL s, longest wait s (0: no limit),
--       "1" if a worker fetches the file,
--       then name, value, ... of the record's fields
local id, owner, job, now = ARGV[1], ARGV[2], K.JOB .. ARGV[1], clock()
if redis.call('EXISTS', job) == 1 then return {'known'} end
local wait = wait_if_full(now, tonumber(ARGV[5]))
if wait then return {'busy', wait} end
redis.call('HSET', job, 'created_at', now, unpack(ARGV, 7))
redis.call('ZADD', K.AWAITING, ARGV[3], id)
if ARGV[6] == '1' then redis.call('ZADD', K.FETCHES, now, id) end
redis.call('ZADD', K.OWNED .. owner, now, id)
redis.call('EXPIRE', K.OWNED .. owner, ARGV[4])
return {'announced', now}
