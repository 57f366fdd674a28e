-- Deletes an ended job and its result. Replies {1, key of the upload to delete, or ""}, or {0, ""} if the job does not
-- exist or has not ended. Only a dead letter still has an upload.
-- ARGV: job id
local id, job = ARGV[1], K.JOB .. ARGV[1]
local status, owner, upload = unpack(redis.call('HMGET', job, 'status', 'owner', 'upload'))
if not status or status == 'processing' or status == 'awaiting_upload' then return {0, ''} end
-- Work on a cancelled job may continue for its followers. Clients no longer see the job, but workers need its record.
if has_open_work(id) then
  redis.call('HSET', job, 'hidden', '1')
  redis.call('ZREM', K.OWNED .. owner, id)
  return {1, ''}
end
local was_dead_letter = redis.call('ZREM', K.DEAD, id) == 1
redis.call('DEL', job, K.RESULT .. id)
redis.call('ZREM', K.OWNED .. owner, id)
redis.call('ZREM', K.WEBHOOKS, id)
return {1, was_dead_letter and upload or ''}
