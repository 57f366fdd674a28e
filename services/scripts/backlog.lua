-- Seconds until a unit that came now would be taken, and by how many seconds a job of one unit makes it longer. Too many are
-- counted as a refusal.
-- ARGV: longest wait s, refusals that nobody asked for
local seconds, each = seconds_to_wait(clock())
local refused = tonumber(ARGV[2]) + (seconds >= tonumber(ARGV[1]) and 1 or 0)
if refused > 0 then redis.call('HINCRBY', K.TALLY, 'refused:queue_full', refused) end
return {tostring(seconds), tostring(each)}
