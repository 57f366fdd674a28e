-- Counts that a step is started: a page, opening the document, or making the result. A step that was started and never
-- finished has crashed its worker. Replies with the number of unfinished starts including this one, or 0 if the caller
-- no longer holds the unit.
-- ARGV: job id, unit, token, step
if not holds_unit(ARGV[1], ARGV[2], ARGV[3]) then return 0 end
return redis.call('HINCRBY', K.PAGES .. ARGV[1], 'begun:' .. ARGV[4], 1)
