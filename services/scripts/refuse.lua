-- Ends a job whose upload never came, or is not what was announced. 0 when it awaits no upload (any more).
-- ARGV: job id, error JSON, record ttl s
local id, job = ARGV[1], K.JOB .. ARGV[1]
if redis.call('HGET', job, 'status') ~= 'awaiting_upload' then return 0 end
redis.call('ZREM', K.AWAITING, id)
redis.call('HSET', job, 'error', ARGV[2])
count(id, 'failures:' .. cjson.decode(ARGV[2]).code)
end_job(id, 'failed', clock(), ARGV[3])
return 1
