-- Replies {seconds until a unit queued now would be taken, seconds that each job of one unit adds}. A wait that is too
-- long counts as a rejection.
-- ARGV: longest wait s
local seconds, each = seconds_to_wait(clock())
if seconds >= tonumber(ARGV[1]) then redis.call('HINCRBY', K.COUNTERS, 'refused:queue_full', 1) end
return {tostring(seconds), tostring(each)}
