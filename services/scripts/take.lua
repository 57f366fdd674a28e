-- Gives the next unit to a worker. Replies {job id, unit, number of this attempt, 1 if it is heavy}, or nil if no unit
-- can be taken. While both lanes have units, a round takes C.QUICK_TURNS from the quick lane, then C.BULK_TURNS from the
-- bulk lane. The heavy lane comes first every C.HEAVY_ROUND times, and otherwise last.
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
    local id, unit = split_member(member)
    local is_open = has_open_work(id)
    if is_open and lane ~= C.HEAVY_LANE and is_heavy(redis.call('HGET', K.JOB .. id, 'owner'), now) then
      make_ready(id, unit, redis.call('ZSCORE', K.WAITING, member) or now)  -- its owner has become a heavy one
    else
      redis.call('ZREM', K.WAITING, member)
      if is_open then return id, unit end
    end
  end
end

-- Takes a unit of the heavy lane, unless as many as allowed are held.
local function take_heavy()
  if free_heavy_places(now) > 0 then return take_from(C.HEAVY_LANE) end
end

local first, second = C.QUICK_LANE, C.BULK_LANE
local taken = tonumber(redis.call('HGET', K.TIME, 'taken') or '0')
if taken % (C.QUICK_TURNS + C.BULK_TURNS) >= C.QUICK_TURNS then first, second = second, first end
-- A single worker takes heavy units only when there are no others.
local heavy_first = taken % C.HEAVY_ROUND == 0 and live_workers(now) > 1
local id, unit, heavy
if heavy_first then id, unit = take_heavy() end
heavy = id
if not id then id, unit = take_from(first) end
if not id then id, unit = take_from(second) end
if not id and not heavy_first then
  id, unit = take_heavy()
  heavy = id
end
if not id then return false end

redis.call('HINCRBY', K.TIME, 'taken', 1)
redis.call('ZADD', K.LEASES, tonumber(now) + tonumber(ARGV[2]), member_of(id, unit))
local attempt = redis.call('HINCRBY', K.UNITS .. id, 'tries:' .. unit, 1)
redis.call('HSET', K.UNITS .. id, 'token:' .. unit, token)
if heavy then
  redis.call('HSET', K.UNITS .. id, 'heavy:' .. unit, '1')
else
  redis.call('HDEL', K.UNITS .. id, 'heavy:' .. unit)
end
local job = K.JOB .. id
if redis.call('HGET', job, 'status') == 'processing' then
  if redis.call('HSETNX', job, 'started_at', now) == 1 then publish(id, 'started', {}) end
  redis.call('HSET', job, 'stage', 'started')
  local highest = tonumber(redis.call('HGET', job, 'attempts') or '0')
  if attempt > highest then redis.call('HSET', job, 'attempts', attempt) end
end
return {id, unit, attempt, heavy and 1 or 0}
