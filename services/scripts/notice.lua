-- The file of this job seems to have come: 1 when the job awaits it and nobody was told so lately.
-- ARGV: job id, seconds for which nobody else is told
if not redis.call('ZSCORE', K.AWAITING, ARGV[1]) then return 0 end
return redis.call('SET', K.NOTICED .. ARGV[1], '1', 'NX', 'EX', ARGV[2]) and 1 or 0
