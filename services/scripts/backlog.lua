-- Seconds until a unit that came now would be taken, and by how many seconds a job of one unit makes it longer. Too many are
-- counted as a refusal.
-- ARGV: longest wait s
local seconds, each = seconds_to_wait(clock())
if seconds >= tonumber(ARGV[1]) then redis.call('HINCRBY', K.TALLY, 'refused:queue_full', 1) end
return {tostring(seconds), tostring(each)}
