-- Goes before every script, after the table K of key names (keys.py). One clock for all hosts: Redis's own, Unix seconds.
local function clock()
  local time = redis.call('TIME')
  return string.format('%.3f', tonumber(time[1]) + tonumber(time[2]) / 1000000)
end

-- A unit's name in the queues.
local function named(id, unit) return id .. '/' .. unit end
local function split(member) return string.match(member, '^(.*)/(.*)$') end

-- Is there still work to do for this job, or for one that follows it?
local function open(id) return redis.call('HGET', K.JOB .. id, 'open') == '1' end

-- Is the caller (its token) still the one who works on this unit?
local function holds(id, unit, token)
  return open(id) and redis.call('HGET', K.UNITS .. id, 'token:' .. unit) == token
end

-- Counts what became of a job (see tally.py). The service's own trials of itself are nobody's jobs.
local function count(id, field)
  if redis.call('HGET', K.JOB .. id, 'owner') ~= '@probe' then redis.call('HINCRBY', K.TALLY, field, 1) end
end

local function tell(id, event, message)
  message.job, message.event = id, event
  redis.call('PUBLISH', K.EVENTS, cjson.encode(message))
end

-- Puts a unit into its lane. Start-time fair queuing (Goyal, Vin, Cheng 1996): each owner's units come `cost` apart, from
-- the lane's present time on, so owners take turns whatever each has sent. Without a cost the unit comes next: it had
-- its turn before.
local function make_ready(id, unit, since, cost)
  local lane, owner = unpack(redis.call('HMGET', K.JOB .. id, 'lane', 'owner'))
  local turn = tonumber(redis.call('HGET', K.TIME, lane) or '0')
  if cost then
    turn = math.max(turn, tonumber(redis.call('ZSCORE', K.TURNS .. lane, owner) or '0'))
    redis.call('ZADD', K.TURNS .. lane, turn + cost, owner)
  end
  redis.call('ZADD', K.READY .. lane, turn, named(id, unit))
  redis.call('ZADD', K.WAITING, since, named(id, unit))
end

-- All units of a job, pages apart evenly among them.
local function make_all_ready(id, since)
  local units, pages = unpack(redis.call('HMGET', K.JOB .. id, 'units', 'pages_total'))
  redis.call('HSET', K.JOB .. id, 'open', '1', 'left', units)
  for unit = 1, tonumber(units) do make_ready(id, unit, since, math.max(1, tonumber(pages)) / tonumber(units)) end
end

-- Ends the work on a job that has ended: no unit of it is taken any more, and who holds one is told so at its next step.
-- Nobody needs the record of a job that its client deleted before.
local function close_work(id, ttl)
  local lane, units, content = unpack(redis.call('HMGET', K.JOB .. id, 'lane', 'units', 'cache_key'))
  for unit = 1, tonumber(units or 0) do
    local member = named(id, unit)
    redis.call('ZREM', K.READY .. lane, member)
    for _, key in ipairs({K.WAITING, K.DELAYED, K.LEASES}) do redis.call('ZREM', key, member) end
  end
  redis.call('DEL', K.UNITS .. id, K.PAGES .. id, K.FOLLOWERS .. id)
  if redis.call('GET', K.INFLIGHT .. content) == id then redis.call('DEL', K.INFLIGHT .. content) end
  if redis.call('HEXISTS', K.JOB .. id, 'hidden') == 1 then
    redis.call('DEL', K.JOB .. id)
    redis.call('ZREM', K.WEBHOOKS, id)
  else
    redis.call('HSET', K.JOB .. id, 'open', '0')
    redis.call('EXPIRE', K.JOB .. id, ttl)
  end
end

-- A job has ended: its record says so and is kept for a while (or as long as others wait for its work), and who wants to
-- know is told.
local function end_job(id, status, now, ttl)
  local job = K.JOB .. id
  redis.call('HSET', job, 'status', status, 'stage', status, 'finished_at', now)
  redis.call('HDEL', job, 'leader')
  if not open(id) then redis.call('EXPIRE', job, ttl) end
  count(id, 'jobs:' .. status)
  if (redis.call('HGET', job, 'callback_url') or '') ~= '' then redis.call('ZADD', K.WEBHOOKS, now, id) end
  tell(id, status, {})
end

-- Seconds until a unit that came now would be taken, by what units took lately and by how many workers beat; and by how
-- many each quick unit makes it longer.
local function seconds_to_wait(now)
  local workers = math.max(1, redis.call('ZCOUNT', K.WORKERS, tonumber(now) - 12, '+inf'))
  local quick, bulk = unpack(redis.call('HMGET', K.PACE, 'quick', 'bulk'))
  local each = tonumber(quick or '1') / workers
  return redis.call('ZCARD', K.READY .. 'quick') * each
         + redis.call('ZCARD', K.READY .. 'bulk') * tonumber(bulk or '5') / workers, each
end

