-- Adds an API key to an account, or replaces one: the new key has the old one's name, scopes and expiry, and the old
-- one expires after a grace period. Replies "added", "no_account", "too_many", "no_key" if the account has no such key,
-- or "replaced" if it no longer works or has been replaced before.
-- ARGV: account id, who does it, keys that an account may have, digest and id of the new key,
--       id of the key to replace or "", grace period s, or else name, scopes, when it expires (Unix s or "")
local account, now = ARGV[1], clock()
local name, scopes, expires = ARGV[8], ARGV[9], ARGV[10]
local seconds, old = tonumber(now), nil
if redis.call('EXISTS', K.ACCOUNT .. account) == 0 then return 'no_account' end

local ended = {}
for _, digest in ipairs(redis.call('SMEMBERS', K.ACCOUNT_KEYS .. account)) do
  local key = K.ACCESS_KEY .. digest
  local id, ends, revoked = unpack(redis.call('HMGET', key, 'id', 'expires_at', 'revoked_at'))
  if not id or revoked or (ends and tonumber(ends) <= seconds) then ended[#ended + 1] = digest end
  if id == ARGV[6] then old = key end
end
-- Keys that no longer work make room.
if redis.call('SCARD', K.ACCOUNT_KEYS .. account) >= tonumber(ARGV[3]) then
  for _, digest in ipairs(ended) do
    redis.call('SREM', K.ACCOUNT_KEYS .. account, digest)
    redis.call('DEL', K.ACCESS_KEY .. digest)
  end
  if redis.call('SCARD', K.ACCOUNT_KEYS .. account) >= tonumber(ARGV[3]) then return 'too_many' end
end

if ARGV[6] ~= '' then
  local ends, revoked, replaced
  if not old then return 'no_key' end
  name, scopes, ends, revoked, replaced = unpack(redis.call('HMGET', old,
    'name', 'scopes', 'expires_at', 'revoked_at', 'replaced_at'))
  if not name or revoked or replaced or (ends and tonumber(ends) <= seconds) then return 'replaced' end
  local grace_end = seconds + tonumber(ARGV[7])
  if ends then grace_end = math.min(grace_end, tonumber(ends)) end
  redis.call('HSET', old, 'replaced_at', now, 'expires_at', string.format('%.6f', grace_end))
  redis.call('EXPIREAT', old, math.ceil(grace_end) + C.ENDED_KEY_TTL)
  expires = ends or ''
end
add_access_key(account, ARGV[4], ARGV[5], name, scopes, expires, now)
audit(old and 'key_replaced' or 'key_created', account, ARGV[2], ARGV[5] .. ' ' .. scopes)
return 'added'
