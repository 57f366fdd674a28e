-- Gives a job back to the queue: after a fault (stage "retrying"), at a worker's shutdown or when its lease ran out
-- ("queued"). 0 when the caller does not hold it. An empty token is the sweeper's: it takes only what ran out.
-- KEYS: job, running, waiting, tally   ARGV: job id, token, stage, delay s, change of attempts
local job, running, waiting, tally = unpack(KEYS)
local id, token, now = ARGV[1], ARGV[2], tonumber(clock())
if redis.call('HGET', job, 'status') ~= 'processing' then
  redis.call('ZREM', running, id)
  return 0
end
if token == '' then
  local deadline = redis.call('ZSCORE', running, id)
  if not deadline or tonumber(deadline) > now then return 0 end
elseif redis.call('HGET', job, 'worker') ~= token then
  return 0
end
redis.call('ZREM', running, id)
redis.call('HDEL', job, 'worker')
redis.call('HSET', job, 'stage', ARGV[3])
redis.call('HINCRBY', job, 'attempts', ARGV[5])
redis.call('ZADD', waiting, now + tonumber(ARGV[4]), id)
publish(id, ARGV[3])
count(tally, job, 'requeued:' .. (token == '' and 'worker_died' or ARGV[3] == 'retrying' and 'retry' or 'handed_back'))
return 1
