-- Precedes every script, after the tables K (key names) and C (constants) of keys.py.

-- Redis's clock in Unix seconds. All hosts share this clock.
local function clock()
  local time = redis.call('TIME')
  return string.format('%d.%06d', time[1], time[2])
end

-- A unit's name in the sorted sets.
local function member_of(id, unit) return id .. '/' .. unit end
local function split_member(member) return string.match(member, '^(.*)/(.*)$') end

-- Is there work left for this job or for one that follows it?
local function has_open_work(id) return redis.call('HGET', K.JOB .. id, 'open') == '1' end

-- Does the worker with this token still hold the unit?
local function holds_unit(id, unit, token)
  return has_open_work(id) and redis.call('HGET', K.UNITS .. id, 'token:' .. unit) == token
end

-- Adds 1 to a counter (see counters.py). The service's own check jobs are not counted.
local function count(id, counter)
  if redis.call('HGET', K.JOB .. id, 'owner') ~= C.PROBE_OWNER then redis.call('HINCRBY', K.COUNTERS, counter, 1) end
end

local function publish(id, event, message)
  message.job, message.event = id, event
  redis.call('PUBLISH', K.EVENTS, cjson.encode(message))
end

-- Appends the fields that a hash has to a reply: name, value, name, value, ...
local function append_fields(reply, key, names)
  for index, value in ipairs(redis.call('HMGET', key, unpack(names))) do
    if value then
      reply[#reply + 1] = names[index]
      reply[#reply + 1] = value
    end
  end
  return reply
end

-- Puts a unit into its lane. Start-time fair queuing (Goyal, Vin, Cheng 1996): the units of an owner are `cost` turns
-- apart, starting at the lane's current turn, so that owners take turns no matter how much each has submitted. Without
-- a cost the unit comes next, because it already had its turn.
local function make_ready(id, unit, waiting_since, cost)
  local lane, owner = unpack(redis.call('HMGET', K.JOB .. id, 'lane', 'owner'))
  local turn = tonumber(redis.call('HGET', K.TIME, lane) or '0')
  if cost then
    turn = math.max(turn, tonumber(redis.call('ZSCORE', K.TURNS .. lane, owner) or '0'))
    redis.call('ZADD', K.TURNS .. lane, turn + cost, owner)
  end
  redis.call('ZADD', K.READY .. lane, turn, member_of(id, unit))
  redis.call('ZADD', K.WAITING, waiting_since, member_of(id, unit))
end

-- Puts all units of a job into their lane. The cost of a unit is its share of the job's pages.
local function make_all_ready(id, waiting_since)
  local units, pages = unpack(redis.call('HMGET', K.JOB .. id, 'units', 'pages_total'))
  redis.call('HSET', K.JOB .. id, 'open', '1', 'left', units)
  local cost = math.max(1, tonumber(pages)) / tonumber(units)
  for unit = 1, tonumber(units) do make_ready(id, unit, waiting_since, cost) end
end

-- Ends the work on an ended job: its units cannot be taken, and a worker that holds one stops at its next step.
-- The record of a job that its client has deleted is deleted now.
local function close_work(id, record_ttl)
  local lane, units, content = unpack(redis.call('HMGET', K.JOB .. id, 'lane', 'units', 'cache_key'))
  for unit = 1, tonumber(units or 0) do
    local member = member_of(id, unit)
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
    redis.call('EXPIRE', K.JOB .. id, record_ttl)
  end
end

-- Ends a job: its record gets the final status and, unless other jobs still need its work, an expiry time. Clients are
-- informed by an event and, if they asked for it, by a webhook.
local function end_job(id, status, now, record_ttl)
  local job = K.JOB .. id
  redis.call('HSET', job, 'status', status, 'stage', status, 'finished_at', now)
  redis.call('HDEL', job, 'leader')
  if not has_open_work(id) then redis.call('EXPIRE', job, record_ttl) end
  count(id, 'jobs:' .. status)
  if (redis.call('HGET', job, 'callback_url') or '') ~= '' then redis.call('ZADD', K.WEBHOOKS, now, id) end
  publish(id, status, {})
end

-- Returns two numbers: seconds until a unit queued now would be taken, estimated from recent units and the number of
-- live workers; and the seconds that each further quick unit adds.
local function seconds_to_wait(now)
  local workers = math.max(1, redis.call('ZCOUNT', K.WORKERS, tonumber(now) - C.WORKER_TIMEOUT_SECONDS, '+inf'))
  local quick, bulk = unpack(redis.call('HMGET', K.PACE, C.QUICK_LANE, C.BULK_LANE))
  local quick_pace, bulk_pace = tonumber(quick or C.QUICK_PACE) / workers, tonumber(bulk or C.BULK_PACE) / workers
  local quick_units = redis.call('ZCARD', K.READY .. C.QUICK_LANE)
  local bulk_units = redis.call('ZCARD', K.READY .. C.BULK_LANE)
  return quick_units * quick_pace + bulk_units * bulk_pace, quick_pace
end

-- If a job submitted now would wait `longest` seconds or more (0 or less: no limit), counts a rejection and returns the
-- wait as text, else nil.
local function wait_if_full(now, longest)
  if longest <= 0 then return nil end
  local seconds = seconds_to_wait(now)
  if seconds < longest then return nil end
  redis.call('HINCRBY', K.COUNTERS, 'refused:queue_full', 1)
  return tostring(seconds)
end

