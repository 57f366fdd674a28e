-- Deletes an ended job, and its result unless another job has it, too. Replies {1, key of the upload to delete, or "",
-- id of the result whose generated files to delete, or ""}, or {0, "", ""} if the job does not exist or has not ended.
-- Only a dead letter still has an upload.
-- ARGV: job id
local id, job = ARGV[1], K.JOB .. ARGV[1]
local status, owner, upload = unpack(redis.call('HMGET', job, 'status', 'owner', 'upload'))
if not status or status == 'processing' or status == 'awaiting_upload' then return {0, '', ''} end
-- Work on a cancelled job may continue for its followers. Clients no longer see the job, but workers need its record.
if has_open_work(id) then
  redis.call('HSET', job, 'hidden', '1')
  redis.call('ZREM', K.OWNED .. owner, id)
  return {1, '', ''}
end
local was_dead_letter = redis.call('ZREM', K.DEAD, id) == 1
local outputs = release_result(id, clock())
redis.call('DEL', job)
redis.call('ZREM', K.OWNED .. owner, id)
redis.call('ZREM', K.WEBHOOKS, id)
return {1, was_dead_letter and upload or '', outputs}
