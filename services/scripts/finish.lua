-- Ends the work on a job, once: record, result, cache, and every job that follows it, in one step. Answers 0 when the caller
-- does not hold the unit, or others are still to be done; 2 when the job became a dead letter, which keeps its upload; else 1.
-- ARGV: job id, unit, token, status, result body, error JSON, pages total, result ttl s, record ttl s, cache ttl s,
--       cache size, dead letter ("1"), dead letter ttl s
local id, status, body, fault, total = ARGV[1], ARGV[4], ARGV[5], ARGV[6], ARGV[7]
local job, now = K.JOB .. id, clock()
if not holds(id, ARGV[2], ARGV[3]) then return 0 end
if status == 'completed' and tonumber(redis.call('HGET', job, 'left')) > 1 then return 0 end

local upload, content = unpack(redis.call('HMGET', job, 'upload', 'cache_key'))
local ended, concerned = {}, redis.call('SMEMBERS', K.FOLLOWERS .. id)
table.insert(concerned, 1, id)
for _, each in ipairs(concerned) do
  local key = K.JOB .. each
  if redis.call('HGET', key, 'status') == 'processing' then
    redis.call('HSET', key, 'error', fault, 'pages_total', total)
    redis.call('HSETNX', key, 'started_at', now)
    if status == 'completed' then redis.call('HSET', key, 'pages_done', total) end
    if status == 'completed' and each ~= id then redis.call('HSET', key, 'cached', '1') end
    if body ~= '' then redis.call('SET', K.RESULT .. each, body, 'EX', ARGV[8]) end
    if fault ~= '' then count(each, 'failures:' .. cjson.decode(fault).code) end
    end_job(each, status, now, ARGV[9])
    ended[#ended + 1] = each
  end
end
close_work(id, ARGV[9])

local dead = 1
if ARGV[12] == '1' and ended[1] and redis.call('HGET', K.JOB .. ended[1], 'owner') ~= '@probe' then
  redis.call('ZREMRANGEBYSCORE', K.DEAD, '-inf', tonumber(now) - tonumber(ARGV[13]))
  redis.call('ZADD', K.DEAD, now, ended[1])
  redis.call('HSET', K.JOB .. ended[1], 'upload', upload)
  redis.call('EXPIRE', K.JOB .. ended[1], math.max(tonumber(ARGV[9]), tonumber(ARGV[13])))
  count(ended[1], 'dead_letters')
  dead = 2
end

local size, ttl = tonumber(ARGV[11]), tonumber(ARGV[10])
if status == 'completed' and size > 0 then
  redis.call('HSET', K.CACHE .. content, 'body', body, 'pages', total)
  redis.call('EXPIRE', K.CACHE .. content, ttl)
  redis.call('ZADD', K.CACHE_INDEX, now, content)
  redis.call('ZREMRANGEBYSCORE', K.CACHE_INDEX, '-inf', tonumber(now) - ttl)
  local excess = redis.call('ZCARD', K.CACHE_INDEX) - size
  if excess > 0 then
    for _, oldest in ipairs(redis.call('ZRANGE', K.CACHE_INDEX, 0, excess - 1)) do
      redis.call('DEL', K.CACHE .. oldest)
      redis.call('ZREM', K.CACHE_INDEX, oldest)
    end
  end
end
return dead
