-- Revokes one API key of an account, for ever. Replies 0 if the account has no such key.
-- ARGV: account id, who does it, id of the key
local now = clock()
for _, digest in ipairs(redis.call('SMEMBERS', K.ACCOUNT_KEYS .. ARGV[1])) do
  local key = K.ACCESS_KEY .. digest
  if redis.call('HGET', key, 'id') == ARGV[3] then
    if redis.call('HSETNX', key, 'revoked_at', now) == 1 then
      redis.call('EXPIRE', key, C.ENDED_KEY_TTL)
      audit('key_revoked', ARGV[1], ARGV[2], ARGV[3])
      publish_revocation()
    end
    return 1
  end
end
return 0
