-- Cancels a job that has not ended. Answers {1, key of the upload that nobody needs any more, or ""}, or {0, ""} when it has.
-- Work that another job of the same content waits for goes on.
-- ARGV: job id, record ttl s
local id, job, now = ARGV[1], K.JOB .. ARGV[1], clock()
local status, leader, upload = unpack(redis.call('HMGET', job, 'status', 'leader', 'upload'))
if status ~= 'processing' and status ~= 'awaiting_upload' then return {0, ''} end
redis.call('ZREM', K.AWAITING, id)
end_job(id, 'cancelled', now, ARGV[2])
if status == 'awaiting_upload' then return {1, upload} end

local at_work = leader or id
if leader then redis.call('SREM', K.FOLLOWERS .. leader, id) end
if redis.call('HGET', K.JOB .. at_work, 'status') == 'processing' or redis.call('SCARD', K.FOLLOWERS .. at_work) > 0 then
  return {1, ''}
end
upload = redis.call('HGET', K.JOB .. at_work, 'upload')
close_work(at_work, ARGV[2])
return {1, upload}
