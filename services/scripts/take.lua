-- Gives the next unit to a worker. Replies {job id, unit, number of this attempt}, or nil if no unit is ready. While
-- both lanes have units, a round takes C.QUICK_TURNS from the quick lane, then C.BULK_TURNS from the bulk lane.
-- ARGV: token, lease s
local token, now = ARGV[1], clock()
for _, member in ipairs(redis.call('ZRANGEBYSCORE', K.DELAYED, '-inf', now, 'LIMIT', 0, 100)) do
  local id, unit = split_member(member)
  redis.call('ZREM', K.DELAYED, member)
  if has_open_work(id) then make_ready(id, unit, redis.call('ZSCORE', K.WAITING, member) or now) end
end

local function take_from(lane)
  while true do
    local member, turn = unpack(redis.call('ZPOPMIN', K.READY .. lane))
    if not member then return nil end
    redis.call('HSET', K.TIME, lane, turn)
    redis.call('ZREMRANGEBYSCORE', K.TURNS .. lane, '-inf', '(' .. turn)
    redis.call('ZREM', K.WAITING, member)
    local id, unit = split_member(member)
    if has_open_work(id) then return id, unit end
  end
end

local first, second = C.QUICK_LANE, C.BULK_LANE
local position = tonumber(redis.call('HGET', K.TIME, 'taken') or '0') % (C.QUICK_TURNS + C.BULK_TURNS)
if position >= C.QUICK_TURNS then first, second = second, first end
local id, unit = take_from(first)
if not id then id, unit = take_from(second) end
if not id then return false end

redis.call('HINCRBY', K.TIME, 'taken', 1)
redis.call('ZADD', K.LEASES, tonumber(now) + tonumber(ARGV[2]), member_of(id, unit))
local attempt = redis.call('HINCRBY', K.UNITS .. id, 'tries:' .. unit, 1)
redis.call('HSET', K.UNITS .. id, 'token:' .. unit, token)
local job = K.JOB .. id
if redis.call('HGET', job, 'status') == 'processing' then
  if redis.call('HSETNX', job, 'started_at', now) == 1 then publish(id, 'started', {}) end
  redis.call('HSET', job, 'stage', 'started')
  local highest = tonumber(redis.call('HGET', job, 'attempts') or '0')
  if attempt > highest then redis.call('HSET', job, 'attempts', attempt) end
end
return {id, unit, attempt}
