-- A unit's pages are all stored. Answers {0} when the caller no longer holds it, {1} when others are still to be done, {2,
-- seconds of work of the others} when it is the last: then the caller keeps its lease and ends the job.
-- ARGV: job id, unit, token, seconds of work
local id, unit = ARGV[1], ARGV[2]
if not holds(id, unit, ARGV[3]) then return {0, '0'} end
if tonumber(redis.call('HGET', K.JOB .. id, 'left')) <= 1 then
  return {2, redis.call('HGET', K.JOB .. id, 'work_seconds') or '0'}
end
redis.call('HINCRBY', K.JOB .. id, 'left', -1)
redis.call('HINCRBYFLOAT', K.JOB .. id, 'work_seconds', ARGV[4])
redis.call('HDEL', K.UNITS .. id, 'token:' .. unit)
redis.call('ZREM', K.LEASES, named(id, unit))
return {1, '0'}
