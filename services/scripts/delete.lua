-- Forgets an ended job with its result. Answers {1, key of the upload it still had as a dead letter, or ""}, {0, ""} when
-- there is no such job or it has not ended.
-- ARGV: job id
local id, job = ARGV[1], K.JOB .. ARGV[1]
local status, owner, upload = unpack(redis.call('HMGET', job, 'status', 'owner', 'upload'))
if not status or status == 'processing' or status == 'awaiting_upload' then return {0, ''} end
-- A cancelled job whose work goes on for others is told of no more, but its workers still need the record.
if open(id) then
  redis.call('HSET', job, 'hidden', '1')
  redis.call('ZREM', K.OWNED .. owner, id)
  return {1, ''}
end
local dead = redis.call('ZREM', K.DEAD, id) == 1
redis.call('DEL', job, K.RESULT .. id)
redis.call('ZREM', K.OWNED .. owner, id)
redis.call('ZREM', K.WEBHOOKS, id)
return {1, dead and upload or ''}
