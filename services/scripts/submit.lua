-- Records a job, once. Answers {outcome, seconds}: "hit" (the same content is in the cache: the job is completed now),
-- "follow" (the same content is being worked on: that job will complete this one too), "lead" (its units are ready),
-- "busy" (nothing was recorded: it would wait `seconds`, longer than it may), "known" (it was recorded before), or "ended"
-- (it was cancelled, given up or deleted before its upload came). With a longest wait below 0 only what needs no file is
-- recorded, a hit or a follower; else the answer is "new".
-- ARGV: job id, cache key, result ttl s, record ttl s, longest wait s (0: any), was it announced ("1"), then field, value, …
local id, content, now, job = ARGV[1], ARGV[2], clock(), K.JOB .. ARGV[1]
local status = redis.call('HGET', job, 'status')
if status == 'processing' or status == 'completed' then return {'known', '0'} end
if status ~= 'awaiting_upload' and (status or ARGV[6] == '1') then return {'ended', '0'} end

local cached, leader = K.CACHE .. content, redis.call('GET', K.INFLIGHT .. content)
local body = redis.call('HGET', cached, 'body')
leader = leader and open(leader) and leader
local longest = tonumber(ARGV[5])
if not body and not leader and longest < 0 then return {'new', '0'} end
if not body and not leader and longest > 0 then
  local seconds = seconds_to_wait(now)
  if seconds >= longest then
    redis.call('HINCRBY', K.TALLY, 'refused:queue_full', 1)
    return {'busy', tostring(seconds)}
  end
end

redis.call('HSET', job, unpack(ARGV, 7))
redis.call('HSETNX', job, 'created_at', now)
redis.call('ZREM', K.AWAITING, id)
redis.call('PERSIST', job)
local owner = redis.call('HGET', job, 'owner')
if owner ~= '@probe' then
  redis.call('ZADD', K.OWNED .. owner, 'NX', now, id)
  redis.call('ZREMRANGEBYSCORE', K.OWNED .. owner, '-inf', tonumber(now) - tonumber(ARGV[4]))
  redis.call('EXPIRE', K.OWNED .. owner, ARGV[4])
end

if body then
  local pages = redis.call('HGET', cached, 'pages')
  redis.call('HSET', job, 'cached', '1', 'started_at', now, 'pages_total', pages, 'pages_done', pages)
  redis.call('SET', K.RESULT .. id, body, 'EX', ARGV[3])
  redis.call('ZADD', K.CACHE_INDEX, 'XX', now, content)
  count(id, 'lookups:hit')
  end_job(id, 'completed', now, ARGV[4])
  return {'hit', '0'}
end
if leader then
  redis.call('HSET', job, 'leader', leader)
  redis.call('SADD', K.FOLLOWERS .. leader, id)
  count(id, 'lookups:shared')
  return {'follow', '0'}
end
redis.call('SET', K.INFLIGHT .. content, id)
make_all_ready(id, now)
count(id, 'lookups:miss')
return {'lead', '0'}
