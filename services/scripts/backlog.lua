-- Seconds until a unit that came now would be taken, and by how many seconds a job of one unit makes it longer.
local seconds, each = seconds_to_wait(clock())
return {tostring(seconds), tostring(each)}
