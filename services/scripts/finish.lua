-- Ends a job, once: record, result, cache, and every job that follows it, in one step. 0 when the caller does not hold it.
-- KEYS: job, result, pages, running, in-flight marker, followers, cache entry, cache index, tally
-- ARGV: job id, token, status, result ttl s, record ttl s, cache ttl s, cache size, cache key, prefix of jobs,
--       prefix of results, prefix of cache entries, result body, error JSON, pages total
local job, result, pages, running, inflight, followers, cached, index, tally = unpack(KEYS)
local id, status, now = ARGV[1], ARGV[3], clock()
local body, fault, total = ARGV[12], ARGV[13], ARGV[14]
if not holds(job, ARGV[2]) then return 0 end

local function close(key, result_key, whose)
  redis.call('HSET', key, 'status', status, 'stage', status, 'finished_at', now, 'error', fault,
             'pages_total', total, 'pages_done', status == 'completed' and total or redis.call('HGET', key, 'pages_done') or '0')
  redis.call('HSETNX', key, 'started_at', now)
  redis.call('EXPIRE', key, ARGV[5])
  if body ~= '' then redis.call('SET', result_key, body, 'EX', ARGV[4]) end
  publish(whose, status)
  count(tally, key, 'jobs:' .. status)
  if fault ~= '' then count(tally, key, 'failures:' .. cjson.decode(fault).code) end
end

close(job, result, id)
for _, follower in ipairs(redis.call('SMEMBERS', followers)) do
  local key = ARGV[9] .. follower
  if redis.call('HGET', key, 'status') == 'processing' then
    if status == 'completed' then redis.call('HSET', key, 'cached', '1') end
    close(key, ARGV[10] .. follower, follower)
  end
end
redis.call('DEL', followers, pages)
redis.call('ZREM', running, id)
if redis.call('GET', inflight) == id then redis.call('DEL', inflight) end

local size, ttl, name = tonumber(ARGV[7]), tonumber(ARGV[6]), ARGV[8]
if status == 'completed' and size > 0 then
  redis.call('HSET', cached, 'body', body, 'pages', total)
  redis.call('EXPIRE', cached, ttl)
  redis.call('ZADD', index, now, name)
  redis.call('ZREMRANGEBYSCORE', index, '-inf', tonumber(now) - ttl)
  local excess = redis.call('ZCARD', index) - size
  if excess > 0 then
    for _, oldest in ipairs(redis.call('ZRANGE', index, 0, excess - 1)) do
      redis.call('DEL', ARGV[11] .. oldest)
      redis.call('ZREM', index, oldest)
    end
  end
end
return 1
