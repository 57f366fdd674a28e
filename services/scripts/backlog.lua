-- Seconds until a unit that came now would be taken.
return tostring(seconds_to_wait(clock()))
