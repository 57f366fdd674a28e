-- Counts requests that a process has answered without asking about their key. A key that is gone counts nothing.
-- ARGV: SHA-256 digest of the key, number of requests
local account = redis.call('HGET', K.ACCESS_KEY .. ARGV[1], 'account')
if not account or redis.call('EXISTS', K.ACCOUNT .. account) == 0 then return 0 end
count_requests(account, clock(), ARGV[2])
return 1
