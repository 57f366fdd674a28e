-- Cancels a job that has not ended. Replies {1, key of the upload to delete, or ""}, or {0, ""} if the job has ended.
-- Work that another job with the same content waits for continues.
-- ARGV: job id, record TTL s
local id, job, record_ttl, now = ARGV[1], K.JOB .. ARGV[1], ARGV[2], clock()
local status, leader, upload = unpack(redis.call('HMGET', job, 'status', 'leader', 'upload'))
if status ~= 'processing' and status ~= 'awaiting_upload' then return {0, ''} end
redis.call('ZREM', K.AWAITING, id)
end_job(id, 'cancelled', now, record_ttl)
if status == 'awaiting_upload' then return {1, upload} end

local worked_on = leader or id
if leader then redis.call('SREM', K.FOLLOWERS .. leader, id) end
local leader_runs = redis.call('HGET', K.JOB .. worked_on, 'status') == 'processing'
if leader_runs or redis.call('SCARD', K.FOLLOWERS .. worked_on) > 0 then return {1, ''} end
upload = redis.call('HGET', K.JOB .. worked_on, 'upload')
close_work(worked_on, record_ttl)
return {1, upload}
