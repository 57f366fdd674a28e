-- Records a job whose upload is still to come, once. Answers {outcome, seconds}: "announced", "known" (it was recorded
-- before), or "busy" (nothing was recorded: a job that came now would wait `seconds`, longer than it may).
-- ARGV: job id, owner, when its upload expires (Unix s), record ttl s, longest wait s (0: any), then field, value, …
local id, owner, job, now = ARGV[1], ARGV[2], K.JOB .. ARGV[1], clock()
if redis.call('EXISTS', job) == 1 then return {'known', '0'} end
local longest = tonumber(ARGV[5])
local seconds = longest > 0 and seconds_to_wait(now) or 0
if seconds > 0 and seconds >= longest then
  redis.call('HINCRBY', K.TALLY, 'refused:queue_full', 1)
  return {'busy', tostring(seconds)}
end
redis.call('HSET', job, 'created_at', now, unpack(ARGV, 6))
redis.call('ZADD', K.AWAITING, ARGV[3], id)
redis.call('ZADD', K.OWNED .. owner, now, id)
redis.call('EXPIRE', K.OWNED .. owner, ARGV[4])
return {'announced', '0'}
