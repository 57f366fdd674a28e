-- Ends a unit whose pages are all stored. Replies {0} if the caller no longer holds it, {1} if other units are not
-- done, or {2, seconds of work on the other units} if it is the last one. Then the caller keeps its lease and ends the
-- job.
-- ARGV: job id, unit, token, seconds of work
local id, unit = ARGV[1], ARGV[2]
if not holds_unit(id, unit, ARGV[3]) then return {0, '0'} end
if tonumber(redis.call('HGET', K.JOB .. id, 'left')) <= 1 then
  return {2, redis.call('HGET', K.JOB .. id, 'work_seconds') or '0'}
end
redis.call('HINCRBY', K.JOB .. id, 'left', -1)
redis.call('HINCRBYFLOAT', K.JOB .. id, 'work_seconds', ARGV[4])
redis.call('HDEL', K.UNITS .. id, 'token:' .. unit)
redis.call('ZREM', K.LEASES, member_of(id, unit))
return {1, '0'}
