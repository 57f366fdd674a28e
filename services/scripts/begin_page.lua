-- Counts the beginnings of a page that had no end: a page that kills its workers is known by them.
-- Answers the count with this beginning, or 0 when the caller no longer holds the job.
-- KEYS: job, pages   ARGV: token, page number
if not holds(KEYS[1], ARGV[1]) then return 0 end
return redis.call('HINCRBY', KEYS[2], 'begun:' .. ARGV[2], 1)
