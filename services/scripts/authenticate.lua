-- Verifies an API key and, if it is valid, counts the request. Replies {"ok" or "limited", account, key id, scopes,
-- "1" if the key was replaced, largest file in bytes or "", requests allowed in the window (0: no limit), requests in
-- it, when the oldest of them leaves it (Unix s), window s, seconds until the key expires or ""}; {"refused"}; or {"blocked", seconds} if the address has
-- sent too many wrong keys. The reason of a refusal is only in the audit log.
-- ARGV: SHA-256 digest of the key, address, wrong keys per minute and address, usual requests per window (0: no limit),
--       window s, "1" if the request creates work, "" if it was counted before, else "0"
local digest, address, failures, now = ARGV[1], ARGV[2], tonumber(ARGV[3]), clock()
local seconds, creates, counted = tonumber(now), ARGV[6] == '1', ARGV[6] == ''
local key = K.ACCESS_KEY .. digest
local account, key_id, scopes, expires, revoked, replaced, key_used = unpack(redis.call('HMGET', key,
  'account', 'id', 'scopes', 'expires_at', 'revoked_at', 'replaced_at', 'last_used_at'))
local status, own_limit, file_bytes = unpack(redis.call('HMGET', K.ACCOUNT .. (account or ''),
  'status', 'requests_per_minute', 'max_file_bytes'))

local reason = why_refused(account, status, revoked, expires, seconds)
if reason then
  local attempts = redis.call('INCR', K.FAILED_KEYS .. address)
  if attempts == 1 then redis.call('EXPIRE', K.FAILED_KEYS .. address, 60) end
  if attempts > failures then return {'blocked', math.max(1, redis.call('TTL', K.FAILED_KEYS .. address))} end
  audit_refusal('key_refused', account or '', address, reason)
  return {'refused'}
end

local limit, window = tonumber(own_limit or ARGV[4]), own_limit and 60 or tonumber(ARGV[5])
local outcome, used, reset = 'ok', 0, seconds + window
if limit > 0 then
  local recent = K.REQUESTS .. account
  redis.call('ZREMRANGEBYSCORE', recent, '-inf', seconds - window)
  used = redis.call('ZCARD', recent)
  if creates and used >= limit then
    outcome = 'limited'
    audit_refusal('rate_limited', account, address)
  elseif creates then
    used = used + 1
    redis.call('ZADD', recent, now, redis.call('HINCRBY', K.USAGE .. account, 'sequence', 1))
    redis.call('EXPIRE', recent, window + 1)
  end
  local oldest = redis.call('ZRANGE', recent, 0, 0, 'WITHSCORES')[2]
  if oldest then reset = tonumber(oldest) + window end
end
-- The statistics must not make requests fail while Redis is full.
if not counted then
  pcall(count_requests, account, now, 1)
  if seconds - tonumber(key_used or '0') > 60 then
    redis.pcall('HSET', key, 'last_used_at', now)
    redis.pcall('HSET', K.USAGE .. account, 'last_used_at', now)
  end
end
return {outcome, account, key_id, scopes, replaced and '1' or '', file_bytes or '', limit, used, tostring(reset), window,
  expires and tostring(tonumber(expires) - seconds) or ''}
