-- Returns a unit to the queue: after an error (stage "retrying"), or when its worker stops, puts it aside, or its lease
-- has expired (stage "queued"). A unit put aside makes its owner a heavy one for some time. Replies 0 if the caller does
-- not hold the unit. The sweeper passes an empty token: then the lease must have expired.
-- ARGV: job id, unit, token, stage, delay s, change of the attempts, to put it aside: seconds since its page was started
local id, unit, token, stage, change = ARGV[1], ARGV[2], ARGV[3], ARGV[4], ARGV[6]
local job, member, now = K.JOB .. id, member_of(id, unit), tonumber(clock())
if not has_open_work(id) then
  redis.call('ZREM', K.LEASES, member)
  return 0
end
if token == '' then
  local lease_end = redis.call('ZSCORE', K.LEASES, member)
  if not lease_end or tonumber(lease_end) > now then return 0 end
elseif not holds_unit(id, unit, token) then
  return 0
end
redis.call('ZREM', K.LEASES, member)
redis.call('HDEL', K.UNITS .. id, 'token:' .. unit)
local attempts = redis.call('HINCRBY', K.UNITS .. id, 'tries:' .. unit, change)
if redis.call('HGET', job, 'status') == 'processing' then
  redis.call('HSET', job, 'stage', stage)
  if change ~= '0' and redis.call('HGET', job, 'units') == '1' then redis.call('HSET', job, 'attempts', attempts) end
  publish(id, stage, {})
end
local aside = tonumber(ARGV[7])
if aside then make_owner_heavy(redis.call('HGET', job, 'owner'), now, aside) end
local delay = tonumber(ARGV[5])
if delay > 0 then
  redis.call('ZADD', K.DELAYED, now + delay, member)
  redis.call('ZADD', K.WAITING, now + delay, member)
else
  make_ready(id, unit, now)
end
count(id, 'requeued:' .. (token == '' and 'worker_died' or aside and 'put_aside' or stage == 'retrying' and 'retry' or 'handed_back'))
return 1
