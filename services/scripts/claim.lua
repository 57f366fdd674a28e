-- A worker takes a job. Answers "gone" (no such record), "ended", "held" (another worker's lease is alive), or
-- {attempt number}. The lease is the deadline in `running`; `worker` in the record names its holder.
-- KEYS: job, running, waiting   ARGV: job id, token, lease s
local job, running, waiting = unpack(KEYS)
local id, token, now = ARGV[1], ARGV[2], clock()
local status = redis.call('HGET', job, 'status')
if not status then
  redis.call('ZREM', waiting, id)
  return 'gone'
end
if status ~= 'processing' then
  redis.call('ZREM', waiting, id)
  return 'ended'
end
local deadline = redis.call('ZSCORE', running, id)
if deadline and tonumber(deadline) > tonumber(now) then return 'held' end

redis.call('ZREM', waiting, id)
redis.call('ZADD', running, tonumber(now) + tonumber(ARGV[3]), id)
redis.call('HSETNX', job, 'started_at', now)
redis.call('HSET', job, 'stage', 'started', 'worker', token)
publish(id, 'started')
return {redis.call('HINCRBY', job, 'attempts', 1)}
