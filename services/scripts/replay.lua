-- Starts a dead letter again from the beginning. Replies with the number of units that are ready, or 0 if the job is
-- not a dead letter.
-- ARGV: job id
local id, job, now = ARGV[1], K.JOB .. ARGV[1], clock()
if not redis.call('ZSCORE', K.DEAD, id) or redis.call('EXISTS', job) == 0 then return 0 end
redis.call('ZREM', K.DEAD, id)
redis.call('PERSIST', job)
redis.call('HDEL', job, 'error', 'finished_at', 'started_at', 'work_seconds', 'cached')
redis.call('HSET', job, 'status', 'processing', 'stage', 'queued', 'attempts', '0', 'pages_done', '0')
release_result(id, now)
redis.call('SET', K.INFLIGHT .. redis.call('HGET', job, 'cache_key'), id, 'NX')
make_all_ready(id, now)
count(id, 'requeued:replay')
publish(id, 'queued', {})
return tonumber(redis.call('HGET', job, 'units'))
