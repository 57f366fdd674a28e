-- Goes before every script: one clock for all hosts, Redis's own (Unix seconds).
local function clock()
  local time = redis.call('TIME')
  return string.format('%.3f', tonumber(time[1]) + tonumber(time[2]) / 1000000)
end

-- Is the caller (its token) still the one who works on this job?
local function holds(job, token)
  return redis.call('HGET', job, 'worker') == token and redis.call('HGET', job, 'status') == 'processing'
end

-- Tells whoever listens what happened to a job. Messages may be lost: nothing may depend on one.
local function publish(id, event, more)
  local message = {job = id, event = event}
  for name, value in pairs(more or {}) do message[name] = value end
  redis.call('PUBLISH', 'ocr:events', cjson.encode(message))
end

-- Counts what became of a job (see tally.py). The service's own trials of itself are nobody's jobs.
local function count(tally, job, field)
  if redis.call('HGET', job, 'owner') ~= '@probe' then redis.call('HINCRBY', tally, field, 1) end
end

