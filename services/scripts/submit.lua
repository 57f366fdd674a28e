-- Stores a job, once. Replies with an outcome, then the fields that the caller cannot know: name, value, ...
--   "lead"    the units of the job are ready
--   "follow"  another job is working on the same content and will end this job too; the last fields are its progress
--   "hit"     the result was in the cache: the job is completed
--   "known"   the job was stored before
--   "ended"   the job was cancelled, failed or deleted before its upload arrived
--   "busy"    nothing was stored: the job would wait too long. Followed by that wait in seconds
--   "new"     nothing was stored: the longest wait is below 0, and the job is neither a hit nor a follower
--   "quota"   nothing was stored: the account may not start this job. Followed by the name of the limit, the limit,
--             how much of it is left, and the time in Unix s
--   "closed"  nothing was stored: the account is not active
-- ARGV: job id, cache key, result TTL s, record TTL s, longest wait s (0: no limit), "1" if the job was announced,
--       the usual limits of accounts (0: none): pages per day, pages per month, concurrent jobs,
--       then name, value, ... of the record's fields
local id, content, now, job = ARGV[1], ARGV[2], clock(), K.JOB .. ARGV[1]
local result_ttl, record_ttl, longest, announced = ARGV[3], ARGV[4], tonumber(ARGV[5]), ARGV[6] == '1'
local status = redis.call('HGET', job, 'status')
if status == 'processing' or status == 'completed' then return {'known'} end
if status ~= 'awaiting_upload' and (status or announced) then return {'ended'} end

local given = {}
for index = 10, #ARGV, 2 do given[ARGV[index]] = ARGV[index + 1] end
local owner, pages = given.owner, tonumber(given.pages_total)
local is_account = begins_with(owner, C.ACCOUNT_PREFIX)
if is_account and redis.call('HGET', K.ACCOUNT .. owner, 'status') ~= 'active' then return {'closed'} end

-- The limit of the account that the job would exceed: its name, value, and what is left of it.
local function exceeded_limit()
  local daily, monthly, jobs = unpack(redis.call('HMGET', K.ACCOUNT .. owner,
    'pages_per_day', 'pages_per_month', 'concurrent_jobs'))
  local day, month = day_and_month(now)
  local read_today, read_in_month, reserved, running = unpack(redis.call('HMGET', K.USAGE .. owner,
    'pages:' .. day, 'pages:' .. month, 'reserved', 'running'))
  reserved = tonumber(reserved or '0')
  for _, each in ipairs({
    {'pages_per_month', monthly or ARGV[8], tonumber(read_in_month or '0') + reserved, pages},
    {'pages_per_day', daily or ARGV[7], tonumber(read_today or '0') + reserved, pages},
    {'concurrent_jobs', jobs or ARGV[9], tonumber(running or '0'), 1},
  }) do
    local name, limit, used, wanted = unpack(each)
    limit = tonumber(limit)
    if limit > 0 and used + wanted > limit then return name, limit, math.max(0, limit - used) end
  end
end

local cached, leader = K.CACHE .. content, redis.call('GET', K.INFLIGHT .. content)
local cached_job = redis.call('HGET', cached, 'job')  -- the id of the result
local found = cached_job and redis.call('EXISTS', K.RESULT .. cached_job) == 1
leader = leader and has_open_work(leader) and leader
if not found and not leader then
  local limit, amount, left
  if is_account then limit, amount, left = exceeded_limit() end
  if limit then
    audit_refusal('quota_exceeded', owner, '', limit)
    return {'quota', limit, amount, left, now}
  end
  if longest < 0 then return {'new'} end
  local wait = wait_if_full(now, longest, owner)
  if wait then return {'busy', wait} end
end

redis.call('HSET', job, unpack(ARGV, 10))
if announced then redis.call('HDEL', job, 'source') end
redis.call('HSETNX', job, 'created_at', now)
redis.call('ZREM', K.AWAITING, id)
redis.call('PERSIST', job)
if owner ~= C.PROBE_OWNER then
  redis.call('ZADD', K.OWNED .. owner, 'NX', now, id)
  redis.call('ZREMRANGEBYSCORE', K.OWNED .. owner, '-inf', tonumber(now) - tonumber(record_ttl))
  redis.call('EXPIRE', K.OWNED .. owner, record_ttl)
end

if found then
  local pages = redis.call('HGET', cached, 'pages')
  redis.call('HSET', job, 'cached', '1', 'started_at', now, 'pages_total', pages, 'pages_done', pages)
  -- An earlier version stored no list of the jobs that have a result: only the cached job had it.
  local left = redis.call('TTL', K.RESULT .. cached_job)
  if redis.call('EXISTS', K.RESULT_JOBS .. cached_job) == 0 then
    redis.call('ZADD', K.RESULT_JOBS .. cached_job, tonumber(now) + left, cached_job)
  end
  hold_result(id, cached_job, now, tonumber(result_ttl))
  redis.call('ZADD', K.CACHE_INDEX, 'XX', now, content)
  count(id, 'lookups:hit')
  end_job(id, 'completed', now, record_ttl)
  local changed = {'created_at', 'status', 'stage', 'started_at', 'finished_at', 'pages_total', 'pages_done', 'cached',
    'result'}
  return append_fields({'hit'}, job, changed)
end
if leader then
  redis.call('HSET', job, 'leader', leader)
  redis.call('HDEL', job, 'password')  -- only the leader opens the file
  redis.call('SADD', K.FOLLOWERS .. leader, id)
  count(id, 'lookups:shared')
  local reply = append_fields({'follow'}, job, {'created_at', 'leader'})
  return append_fields(reply, K.JOB .. leader, {'stage', 'started_at', 'pages_done', 'attempts'})
end
redis.call('SET', K.INFLIGHT .. content, id)
reserve_pages(id, owner, pages)
make_all_ready(id, now)
count(id, 'lookups:miss')
return append_fields({'lead'}, job, {'created_at'})
