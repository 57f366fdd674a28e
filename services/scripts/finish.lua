-- Ends the work on a job, once: its record, result and cache entry, and every job that follows it, in one step. Replies
-- 0 if the caller does not hold the unit or other units are not done, 2 if a job became a dead letter (then its upload
-- is kept), else 1.
-- ARGV: job id, unit, token, status, result body, error JSON, total pages, result TTL s, record TTL s, cache TTL s,
--       cache size, "1" for a dead letter
local id, status, body, error_json, pages_total = ARGV[1], ARGV[4], ARGV[5], ARGV[6], ARGV[7]
local result_ttl, record_ttl, cache_ttl, cache_size = ARGV[8], ARGV[9], tonumber(ARGV[10]), tonumber(ARGV[11])
local job, now = K.JOB .. id, clock()
if not holds_unit(id, ARGV[2], ARGV[3]) then return 0 end
if status == 'completed' and tonumber(redis.call('HGET', job, 'left')) > 1 then return 0 end

local upload, content = unpack(redis.call('HMGET', job, 'upload', 'cache_key'))
local ended, held, candidates = {}, {}, redis.call('SMEMBERS', K.FOLLOWERS .. id)
table.sort(candidates)
table.insert(candidates, 1, id)
for _, each in ipairs(candidates) do
  local key = K.JOB .. each
  if redis.call('HGET', key, 'status') == 'processing' then
    redis.call('HSET', key, 'error', error_json, 'pages_total', pages_total)
    redis.call('HSETNX', key, 'started_at', now)
    if status == 'completed' then redis.call('HSET', key, 'pages_done', pages_total) end
    if status == 'completed' and each ~= id then redis.call('HSET', key, 'cached', '1') end
    if body ~= '' and #ended == 0 then redis.call('SET', K.RESULT .. id, body, 'EX', result_ttl) end
    if body ~= '' then held[#held + 1] = each end
    if error_json ~= '' then count(each, 'failures:' .. cjson.decode(error_json).code) end
    end_job(each, status, now, record_ttl)
    ended[#ended + 1] = each
  end
end
for _, each in ipairs(held) do hold_result(each, id, now, tonumber(result_ttl)) end
close_work(id, record_ttl)

-- Drops the oldest dead letters of an owner that are too many or too large. The sweeper deletes their uploads.
local function limit_dead_letters(owner)
  local kept, bytes, of_owner = 0, 0, K.DEAD_OF .. owner
  for _, each in ipairs(redis.call('ZREVRANGE', of_owner, 0, -1)) do
    if redis.call('ZSCORE', K.DEAD, each) then
      kept = kept + 1
      bytes = bytes + tonumber(redis.call('HGET', K.JOB .. each, 'file_size') or '0')
    end
    if kept > C.DEAD_LETTERS_PER_OWNER or (kept > 1 and bytes > C.DEAD_LETTER_BYTES_PER_OWNER) then
      if redis.call('ZREM', K.DEAD, each) == 1 then redis.call('EXPIRE', K.JOB .. each, record_ttl) end
    end
    if not redis.call('ZSCORE', K.DEAD, each) then redis.call('ZREM', of_owner, each) end
  end
end

local reply, dead = 1, ARGV[12] == '1' and ended[1]
local owner = dead and redis.call('HGET', K.JOB .. dead, 'owner')
if dead and owner ~= C.PROBE_OWNER then
  redis.call('ZREMRANGEBYSCORE', K.DEAD, '-inf', tonumber(now) - C.DEAD_LETTER_TTL)
  redis.call('ZADD', K.DEAD, now, dead)
  redis.call('ZADD', K.DEAD_OF .. owner, now, dead)
  redis.call('EXPIRE', K.DEAD_OF .. owner, C.DEAD_LETTER_TTL)
  limit_dead_letters(owner)
  redis.call('HSET', K.JOB .. dead, 'upload', upload)
  redis.call('EXPIRE', K.JOB .. dead, math.max(tonumber(record_ttl), C.DEAD_LETTER_TTL))
  count(dead, 'dead_letters')
  reply = 2
end

if status == 'completed' and cache_size > 0 then
  redis.call('HSET', K.CACHE .. content, 'job', id, 'pages', pages_total)
  redis.call('EXPIRE', K.CACHE .. content, cache_ttl)
  redis.call('ZADD', K.CACHE_INDEX, now, content)
  redis.call('ZREMRANGEBYSCORE', K.CACHE_INDEX, '-inf', tonumber(now) - cache_ttl)
  local excess = redis.call('ZCARD', K.CACHE_INDEX) - cache_size
  if excess > 0 then
    for _, oldest in ipairs(redis.call('ZRANGE', K.CACHE_INDEX, 0, excess - 1)) do
      redis.call('DEL', K.CACHE .. oldest)
      redis.call('ZREM', K.CACHE_INDEX, oldest)
    end
  end
end
return reply
