-- Creates an account with its first API key. Replies {"created"}, {"taken"} if the e-mail address has an account, or
-- {"limited", seconds} after too many registrations from an address.
-- ARGV: account id, e-mail address, who does it, address that registers ("": an administrator),
--       registrations per hour and address, digest of the key, its id, name, scopes, when it expires (Unix s or ""),
--       then name, value, ... of the account's fields
local id, email, actor, address, now = ARGV[1], ARGV[2], ARGV[3], ARGV[4], clock()
if address ~= '' then
  local recent = redis.call('INCR', K.REGISTRATIONS .. address)
  if recent == 1 then redis.call('EXPIRE', K.REGISTRATIONS .. address, 3600) end
  if recent > tonumber(ARGV[5]) then
    audit_refusal('registration_limited', '', address)
    return {'limited', math.max(1, redis.call('TTL', K.REGISTRATIONS .. address))}
  end
end
if not redis.call('SET', K.ACCOUNT_OF .. email, id, 'NX') then return {'taken'} end
redis.call('HSET', K.ACCOUNT .. id, 'email', email, 'created_at', now, unpack(ARGV, 11))
redis.call('ZADD', K.ACCOUNTS, now, id)
add_access_key(id, ARGV[6], ARGV[7], ARGV[8], ARGV[9], ARGV[10], now)
audit(address ~= '' and 'registered' or 'created', id, actor)
return {'created'}
