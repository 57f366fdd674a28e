-- Changes the status of an account: "active" or "revoked". Replies with the previous status, or nil if there is no
-- such account. An account that was never approved is restored as one that is.
-- ARGV: account id, who does it, event for the audit log, new status, "1" to revoke all its API keys for ever
local id, now = ARGV[1], clock()
local status = redis.call('HGET', K.ACCOUNT .. id, 'status')
if not status then return nil end
if ARGV[5] == '1' then
  for _, digest in ipairs(redis.call('SMEMBERS', K.ACCOUNT_KEYS .. id)) do
    local key = K.ACCESS_KEY .. digest
    if redis.call('EXISTS', key) == 1 and redis.call('HSETNX', key, 'revoked_at', now) == 1 then
      redis.call('EXPIRE', key, C.ENDED_KEY_TTL)
    end
  end
end
if status ~= ARGV[4] then
  redis.call('HSET', K.ACCOUNT .. id, 'status', ARGV[4])
  audit(ARGV[3], id, ARGV[2])
end
if ARGV[4] ~= 'active' then publish_revocation() end
return status
