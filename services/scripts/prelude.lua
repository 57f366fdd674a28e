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

-- Has this owner lately had a page that kept a worker for so long that others had to wait?
local function is_heavy(owner, now)
  local ends = redis.call('ZSCORE', K.HEAVY, owner)
  return ends and tonumber(ends) > tonumber(now)
end

-- Makes an owner a heavy one, because a page has kept a worker for `seconds`: for that time, many times.
local function make_owner_heavy(owner, now, seconds)
  redis.call('ZREMRANGEBYSCORE', K.HEAVY, '-inf', now)
  local ends = now + math.min(C.HEAVY_FACTOR * seconds, C.HEAVY_SECONDS)
  redis.call('ZADD', K.HEAVY, 'GT', ends, owner)
end

-- Is this a unit that was put aside, or had to make way while there was a place for it?
local function is_heavy_unit(id, unit) return redis.call('HEXISTS', K.UNITS .. id, 'heavy:' .. unit) == 1 end

-- Puts a unit into its lane, or into the heavy lane if its owner is heavy. Start-time fair queuing (Goyal, Vin, Cheng
-- 1996): the units of an owner are `cost` turns apart, starting at the lane's current turn, so that owners take turns no
-- matter how much each has submitted. Without a cost the unit comes next, because it already had its turn.
local function make_ready(id, unit, waiting_since, cost)
  local lane, owner = unpack(redis.call('HMGET', K.JOB .. id, 'lane', 'owner'))
  if is_heavy(owner, clock()) then lane = C.HEAVY_LANE end
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

-- The day and the month of a time in UTC, as 2026-01-31 and 2026-01. Howard Hinnant's `civil_from_days`.
local function day_and_month(now)
  local days = math.floor(tonumber(now) / 86400) + 719468
  local era = math.floor(days / 146097)
  local doe = days - era * 146097
  local yoe = math.floor((doe - math.floor(doe / 1460) + math.floor(doe / 36524) - math.floor(doe / 146096)) / 365)
  local doy = doe - (365 * yoe + math.floor(yoe / 4) - math.floor(yoe / 100))
  local mp = math.floor((5 * doy + 2) / 153)
  local month = mp < 10 and mp + 3 or mp - 9
  local text = string.format('%04d-%02d', yoe + era * 400 + (month <= 2 and 1 or 0), month)
  return text .. string.format('-%02d', doy - math.floor((153 * mp + 2) / 5) + 1), text
end

local function begins_with(text, start) return string.sub(text, 1, #start) == start end

-- Counts requests in an owner's usage, in one write: the total is `requests` and the days that are still stored. The
-- first request of a day forgets the days that are long past.
local function count_requests(owner, now, number)
  local usage, day = K.USAGE .. owner, day_and_month(now)
  if redis.call('HINCRBY', usage, 'requests:' .. day, number) > tonumber(number) then return end
  local oldest = day_and_month(tonumber(now) - C.USAGE_DAYS * 86400)
  for _, field in ipairs(redis.call('HKEYS', usage)) do
    local what, period = string.match(field, '^(%a+):(.*)$')
    if period and period < oldest then
      if what == 'requests' then redis.call('HINCRBY', usage, what, redis.call('HGET', usage, field)) end
      redis.call('HDEL', usage, field)
    end
  end
end

-- Reserves the pages of a new job and counts it as running. The usage of addresses is not recorded.
local function reserve_pages(id, owner, pages)
  if begins_with(owner, C.ADDRESS_OWNER) then return end
  redis.call('HSET', K.JOB .. id, 'reserved', pages)
  redis.call('HINCRBY', K.USAGE .. owner, 'reserved', pages)
  redis.call('HINCRBY', K.USAGE .. owner, 'running', 1)
end

-- A reserved page was read: now it counts. A replayed job has no reservation, so its pages cost nothing.
local function count_page(id, now)
  local owner, reserved = unpack(redis.call('HMGET', K.JOB .. id, 'owner', 'reserved'))
  if not reserved or tonumber(reserved) <= 0 then return end
  redis.call('HINCRBY', K.JOB .. id, 'reserved', -1)
  local usage, day, month = K.USAGE .. owner, day_and_month(now)
  redis.call('HINCRBY', usage, 'reserved', -1)
  for _, field in ipairs({'pages', 'pages:' .. day, 'pages:' .. month}) do redis.call('HINCRBY', usage, field, 1) end
end

-- Releases the pages that were reserved and not read. The job no longer runs.
local function release_pages(id)
  local owner, reserved = unpack(redis.call('HMGET', K.JOB .. id, 'owner', 'reserved'))
  if not reserved then return end
  redis.call('HDEL', K.JOB .. id, 'reserved')
  redis.call('HINCRBY', K.USAGE .. owner, 'reserved', 0 - tonumber(reserved))  -- not "-0"
  redis.call('HINCRBY', K.USAGE .. owner, 'running', -1)
end

-- Adds an entry to the audit log: event, account, who did it, and what else is known.
local function audit(event, account, actor, detail)
  redis.call('XADD', K.AUDIT, 'MAXLEN', '~', C.AUDIT_ENTRIES, '*',
    'event', event, 'account', account, 'actor', actor, 'detail', detail or '')
end

-- The same for a refused request: one entry per minute for each event and account, or address if no account is known.
local function audit_refusal(event, account, address, detail)
  local seen = K.REFUSED .. (account ~= '' and account or address)
  if redis.call('HSETNX', seen, event, '1') == 0 then return end
  if redis.call('HLEN', seen) == 1 then redis.call('EXPIRE', seen, 60) end
  redis.call('XADD', K.REFUSALS, 'MAXLEN', '~', C.REFUSAL_ENTRIES, '*',
    'event', event, 'account', account, 'actor', address, 'detail', detail or '')
end

-- Stores a new API key of an account. `expires`: Unix s, or "" for never.
local function add_access_key(account, digest, id, name, scopes, expires, now)
  local key = K.ACCESS_KEY .. digest
  redis.call('HSET', key, 'account', account, 'id', id, 'name', name, 'scopes', scopes, 'created_at', now)
  redis.call('SADD', K.ACCOUNT_KEYS .. account, digest)
  if expires == '' then return end
  redis.call('HSET', key, 'expires_at', expires)
  redis.call('EXPIREAT', key, math.ceil(tonumber(expires)) + C.ENDED_KEY_TTL)
end

-- Why an API key is not valid, or nil. All but the time come from the hashes of the key and its account.
local function why_refused(account, status, revoked, expires, seconds)
  if not account then return 'unknown' end
  if revoked then return 'revoked' end
  if expires and tonumber(expires) <= seconds then return 'expired' end
  if status ~= 'active' then return status or 'unknown' end
end

-- Informs the web processes that keys were revoked: the event streams that were opened with them end.
local function publish_revocation() publish('', 'keys_revoked', {}) end

-- A result is stored once, however many jobs have it. The id of a result is that of the job that did the work.
local function result_of(id) return redis.call('HGET', K.JOB .. id, 'result') or id end

-- Gives a job a stored result for `ttl` seconds.
local function hold_result(id, result, now, ttl)
  local body, jobs, outputs = K.RESULT .. result, K.RESULT_JOBS .. result, redis.call('ZSCORE', K.OUTPUTS, result)
  redis.call('HSET', K.JOB .. id, 'result', result)
  redis.call('ZADD', jobs, tonumber(now) + ttl, id)
  for _, key in ipairs({body, jobs}) do
    if redis.call('TTL', key) < ttl then redis.call('EXPIRE', key, ttl) end
  end
  if outputs then redis.call('ZADD', K.OUTPUTS, tonumber(now) + ttl + 1, result) end
end

-- Takes the result from a job, and deletes it if no other job has it. Returns its id if its generated files have to be
-- deleted, else an empty string. The sweeper deletes them if the caller dies.
local function release_result(id, now)
  local result = result_of(id)
  local jobs = K.RESULT_JOBS .. result
  redis.call('ZREM', jobs, id)
  redis.call('ZREMRANGEBYSCORE', jobs, '-inf', now)
  redis.call('HDEL', K.JOB .. id, 'result')
  if redis.call('ZCARD', jobs) > 0 then return '' end
  redis.call('DEL', K.RESULT .. result, jobs)
  if not redis.call('ZSCORE', K.OUTPUTS, result) then return '' end
  redis.call('ZADD', K.OUTPUTS, 0, result)
  return result
end

-- Ends the work on an ended job: its units cannot be taken, and a worker that holds one stops at its next step.
-- The record of a job that its client has deleted is deleted now.
local function close_work(id, record_ttl)
  local lane, units, content = unpack(redis.call('HMGET', K.JOB .. id, 'lane', 'units', 'cache_key'))
  for unit = 1, tonumber(units or 0) do
    local member = member_of(id, unit)
    for _, key in ipairs({K.READY .. lane, K.READY .. C.HEAVY_LANE, K.WAITING, K.DELAYED, K.LEASES}) do redis.call('ZREM', key, member) end
  end
  release_pages(id)
  redis.call('DEL', K.UNITS .. id, K.PAGES .. id, K.FOLLOWERS .. id)
  if redis.call('GET', K.INFLIGHT .. content) == id then redis.call('DEL', K.INFLIGHT .. content) end
  if redis.call('HEXISTS', K.JOB .. id, 'hidden') == 1 then
    redis.call('DEL', K.JOB .. id)
    redis.call('ZREM', K.WEBHOOKS, id)
  else
    redis.call('HSET', K.JOB .. id, 'open', '0')
    redis.call('HDEL', K.JOB .. id, 'password')
    redis.call('EXPIRE', K.JOB .. id, record_ttl)
  end
end

-- Ends a job: its record gets the final status and, unless other jobs still need its work, an expiry time. Clients are
-- informed by an event and, if they asked for it, by a webhook.
local function end_job(id, status, now, record_ttl)
  local job = K.JOB .. id
  redis.call('HSET', job, 'status', status, 'stage', status, 'finished_at', now)
  redis.call('HDEL', job, 'leader', 'source')
  if not has_open_work(id) then
    redis.call('HDEL', job, 'password')
    redis.call('EXPIRE', job, record_ttl)
  end
  count(id, 'jobs:' .. status)
  if (redis.call('HGET', job, 'callback_url') or '') ~= '' then redis.call('ZADD', K.WEBHOOKS, now, id) end
  publish(id, status, {})
end

local function live_workers(now)
  return math.max(1, redis.call('ZCOUNT', K.WORKERS, tonumber(now) - C.WORKER_TIMEOUT_SECONDS, '+inf'))
end

-- How many workers may hold units of the heavy lane at a time. One worker is left for all others, if there are several.
local function heavy_places(now) return math.max(1, live_workers(now) - 1) end

local function free_heavy_places(now)
  local held = 0
  for _, member in ipairs(redis.call('ZRANGE', K.LEASES, 0, -1)) do
    if is_heavy_unit(split_member(member)) then held = held + 1 end
  end
  return heavy_places(now) - held
end

-- Returns two numbers: seconds until a unit queued now would be taken, estimated from recent units and the number of
-- live workers; and the seconds that each further quick unit adds. Heavy owners wait for each other only.
local function seconds_to_wait(now, owner)
  if owner and is_heavy(owner, now) then
    local pace = tonumber(redis.call('HGET', K.PACE, C.HEAVY_LANE) or C.HEAVY_PACE)
    return redis.call('ZCARD', K.READY .. C.HEAVY_LANE) * pace / heavy_places(now), 0
  end
  local workers = live_workers(now)
  local quick, bulk = unpack(redis.call('HMGET', K.PACE, C.QUICK_LANE, C.BULK_LANE))
  local quick_pace, bulk_pace = tonumber(quick or C.QUICK_PACE) / workers, tonumber(bulk or C.BULK_PACE) / workers
  local quick_units = redis.call('ZCARD', K.READY .. C.QUICK_LANE)
  local bulk_units = redis.call('ZCARD', K.READY .. C.BULK_LANE)
  return quick_units * quick_pace + bulk_units * bulk_pace, quick_pace
end

-- If a job submitted now would wait `longest` seconds or more (0 or less: no limit), counts a rejection and returns the
-- wait as text, else nil.
local function wait_if_full(now, longest, owner)
  if longest <= 0 then return nil end
  local seconds = seconds_to_wait(now, owner)
  if seconds < longest then return nil end
  redis.call('HINCRBY', K.COUNTERS, 'refused:queue_full', 1)
  return tostring(seconds)
end

