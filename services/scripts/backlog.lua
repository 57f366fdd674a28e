-- Seconds until a unit that came now would be taken. Too many are counted as a refusal.
-- ARGV: longest wait s
local seconds = seconds_to_wait(clock())
if seconds >= tonumber(ARGV[1]) then redis.call('HINCRBY', K.TALLY, 'refused:queue_full', 1) end
return tostring(seconds)
