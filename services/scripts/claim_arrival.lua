-- Claims the arrival of an announced upload. Replies 1 if the job awaits its upload and nobody has claimed it recently.
-- ARGV: job id, seconds for which nobody else can claim it
if not redis.call('ZSCORE', K.AWAITING, ARGV[1]) then return 0 end
return redis.call('SET', K.NOTICED .. ARGV[1], '1', 'NX', 'EX', ARGV[2]) and 1 or 0
