-- Replies with those of these API keys that are no longer valid.
-- ARGV: SHA-256 digests of keys
local seconds, ended = tonumber(clock()), {}
for _, digest in ipairs(ARGV) do
  local account, revoked, expires = unpack(redis.call('HMGET', K.ACCESS_KEY .. digest, 'account', 'revoked_at', 'expires_at'))
  local status = redis.call('HGET', K.ACCOUNT .. (account or ''), 'status')
  if why_refused(account, status, revoked, expires, seconds) then ended[#ended + 1] = digest end
end
return ended
