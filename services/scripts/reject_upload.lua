-- Fails a job whose upload did not arrive in time or is not the announced file. Replies 0 if the job awaits no upload.
-- ARGV: job id, error JSON, record TTL s
local id, job = ARGV[1], K.JOB .. ARGV[1]
if redis.call('HGET', job, 'status') ~= 'awaiting_upload' then return 0 end
redis.call('ZREM', K.AWAITING, id)
redis.call('HSET', job, 'error', ARGV[2])
count(id, 'failures:' .. cjson.decode(ARGV[2]).code)
end_job(id, 'failed', clock(), ARGV[3])
return 1
