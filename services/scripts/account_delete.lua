-- Deletes everything about an account except its jobs: keys, usage, and its entries in the audit log. Replies 0 if
-- there is no such account. One entry remains, which says that an account was deleted, but not which.
-- ARGV: account id, who does it
local id = ARGV[1]
local email = redis.call('HGET', K.ACCOUNT .. id, 'email')
if not email then return 0 end
for _, digest in ipairs(redis.call('SMEMBERS', K.ACCOUNT_KEYS .. id)) do redis.call('DEL', K.ACCESS_KEY .. digest) end
if redis.call('GET', K.ACCOUNT_OF .. email) == id then redis.call('DEL', K.ACCOUNT_OF .. email) end
for _, key in ipairs({K.ACCOUNT, K.ACCOUNT_KEYS, K.USAGE, K.REQUESTS, K.REFUSED, K.OWNED, K.DEAD_OF}) do
  redis.call('DEL', key .. id)
end
redis.call('ZREM', K.ACCOUNTS, id)
for _, lane in ipairs({C.QUICK_LANE, C.BULK_LANE, C.HEAVY_LANE}) do redis.call('ZREM', K.TURNS .. lane, id) end
redis.call('ZREM', K.HEAVY, id)
for _, stream in ipairs({K.AUDIT, K.REFUSALS}) do
  for _, entry in ipairs(redis.call('XRANGE', stream, '-', '+')) do
    for index = 1, #entry[2], 2 do
      local name, value = entry[2][index], entry[2][index + 1]
      if (name == 'account' or name == 'actor') and value == id then redis.call('XDEL', stream, entry[1]) end
    end
  end
end
audit('deleted', '', ARGV[2] == id and 'account' or ARGV[2])
return 1
