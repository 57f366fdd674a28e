-- Counts the beginnings of a page (or of the opening of a document) that had no end: what kills its workers is known by
-- them. Answers the count with this beginning, or 0 when the caller no longer holds the unit.
-- ARGV: job id, unit, token, what is begun
if not holds(ARGV[1], ARGV[2], ARGV[3]) then return 0 end
return redis.call('HINCRBY', K.PAGES .. ARGV[1], 'begun:' .. ARGV[4], 1)
