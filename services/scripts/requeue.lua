-- Gives a unit back: after a fault (stage "retrying"), at a worker's shutdown or when its lease ran out ("queued"). 0 when
-- the caller does not hold it. An empty token is the sweeper's: it takes only what ran out.
-- ARGV: job id, unit, token, stage, delay s, change of tries
local id, unit, token, stage = ARGV[1], ARGV[2], ARGV[3], ARGV[4]
local job, member, now = K.JOB .. id, named(ARGV[1], ARGV[2]), tonumber(clock())
if not open(id) then
  redis.call('ZREM', K.LEASES, member)
  return 0
end
if token == '' then
  local deadline = redis.call('ZSCORE', K.LEASES, member)
  if not deadline or tonumber(deadline) > now then return 0 end
elseif not holds(id, unit, token) then
  return 0
end
redis.call('ZREM', K.LEASES, member)
redis.call('HDEL', K.UNITS .. id, 'token:' .. unit)
local tries = redis.call('HINCRBY', K.UNITS .. id, 'tries:' .. unit, ARGV[6])
if redis.call('HGET', job, 'status') == 'processing' then
  redis.call('HSET', job, 'stage', stage)
  if ARGV[6] ~= '0' and redis.call('HGET', job, 'units') == '1' then redis.call('HSET', job, 'attempts', tries) end
  tell(id, stage, {})
end
local delay = tonumber(ARGV[5])
if delay > 0 then
  redis.call('ZADD', K.DELAYED, now + delay, member)
  redis.call('ZADD', K.WAITING, now + delay, member)
else
  make_ready(id, unit, now)
end
count(id, 'requeued:' .. (token == '' and 'worker_died' or stage == 'retrying' and 'retry' or 'handed_back'))
return 1
