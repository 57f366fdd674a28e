-- Records a job, once. Answers "hit" (the same content is in the cache: the job is completed now), "follow" (the same
-- content is being worked on: that job will complete this one too) or "lead" (the caller is to enqueue it).
-- KEYS: job, result, cache entry, in-flight marker, cache index, waiting, tally, webhooks
-- ARGV: job id, cache key, result ttl s, record ttl s, prefix of follower sets, prefix of job records, then field, value, …
local job, result, cached, inflight, index, waiting, tally, webhooks = unpack(KEYS)
local id, now = ARGV[1], clock()
redis.call('HSET', job, 'created_at', now, unpack(ARGV, 7))

local body = redis.call('HGET', cached, 'body')
if body then
  redis.call('HSET', job, 'status', 'completed', 'stage', 'completed', 'cached', '1', 'started_at', now, 'finished_at', now,
             'pages_total', redis.call('HGET', cached, 'pages'), 'pages_done', redis.call('HGET', cached, 'pages'))
  redis.call('SET', result, body, 'EX', ARGV[3])
  redis.call('EXPIRE', job, ARGV[4])
  redis.call('ZADD', index, 'XX', now, ARGV[2])
  count(tally, job, 'lookups:hit')
  count(tally, job, 'jobs:completed')
  if (redis.call('HGET', job, 'callback_url') or '') ~= '' then redis.call('ZADD', webhooks, now, id) end
  return 'hit'
end

local leader = redis.call('GET', inflight)
if leader and redis.call('HGET', ARGV[6] .. leader, 'status') == 'processing' then
  redis.call('HSET', job, 'leader', leader)
  redis.call('SADD', ARGV[5] .. leader, id)
  count(tally, job, 'lookups:shared')
  return 'follow'
end

redis.call('SET', inflight, id)
redis.call('ZADD', waiting, now, id)
count(tally, job, 'lookups:miss')
return 'lead'
