-- A worker takes the unit whose turn it is: {job id, unit, number of this try}, or nothing. Of four units taken while both
-- lanes have some, three are of the quick one.
-- ARGV: token, lease s
local token, now = ARGV[1], clock()
for _, member in ipairs(redis.call('ZRANGEBYSCORE', K.DELAYED, '-inf', now, 'LIMIT', 0, 100)) do
  local id, unit = split(member)
  redis.call('ZREM', K.DELAYED, member)
  if open(id) then make_ready(id, unit, redis.call('ZSCORE', K.WAITING, member) or now) end
end

local function next_of(lane)
  while true do
    local member, turn = unpack(redis.call('ZPOPMIN', K.READY .. lane))
    if not member then return nil end
    redis.call('HSET', K.TIME, lane, turn)
    redis.call('ZREMRANGEBYSCORE', K.TURNS .. lane, '-inf', '(' .. turn)
    redis.call('ZREM', K.WAITING, member)
    local id, unit = split(member)
    if open(id) then return id, unit end
  end
end

local first, second = 'quick', 'bulk'
if tonumber(redis.call('HGET', K.TIME, 'taken') or '0') % 4 == 3 then first, second = second, first end
local id, unit = next_of(first)
if not id then id, unit = next_of(second) end
if not id then return false end

redis.call('HINCRBY', K.TIME, 'taken', 1)
redis.call('ZADD', K.LEASES, tonumber(now) + tonumber(ARGV[2]), named(id, unit))
local tries = redis.call('HINCRBY', K.UNITS .. id, 'tries:' .. unit, 1)
redis.call('HSET', K.UNITS .. id, 'token:' .. unit, token)
local job = K.JOB .. id
if redis.call('HGET', job, 'status') == 'processing' then
  if redis.call('HSETNX', job, 'started_at', now) == 1 then tell(id, 'started', {}) end
  redis.call('HSET', job, 'stage', 'started')
  if tries > tonumber(redis.call('HGET', job, 'attempts') or '0') then redis.call('HSET', job, 'attempts', tries) end
end
return {id, unit, tries}
