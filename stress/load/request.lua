-- wrk -s request.lua URL -- METHOD CONTENT-TYPE BODY-FILE PATHS-FILE PAUSE-MS: the same request to each path in turn.
-- The last line of the output is JSON: requests, seconds, failed (status 400 and above, broken connections), p50_ms and
-- p99_ms.
local paths, at, pause = {}, 0, 0

function init(args)
  wrk.method = args[1]
  if args[2] ~= '-' then wrk.headers['Content-Type'] = args[2] end
  if args[3] ~= '-' then
    local file = io.open(args[3], 'rb')
    wrk.body = file:read('*a')
    file:close()
  end
  pause = tonumber(args[5])
  for path in io.lines(args[4]) do paths[#paths + 1] = path end
  -- Format the requests once, to keep the generator cheap.
  for place, path in ipairs(paths) do paths[place] = wrk.format(nil, path) end
end

function request()
  at = at % #paths + 1
  return paths[at]
end

function delay()
  return pause
end

function done(summary, latency)
  local errors = summary.errors
  io.write(string.format(
    '{"requests": %d, "seconds": %.3f, "failed": %d, "p50_ms": %.2f, "p99_ms": %.2f}\n',
    summary.requests, summary.duration / 1e6,
    errors.status + errors.connect + errors.read + errors.write + errors.timeout,
    latency:percentile(50) / 1000, latency:percentile(99) / 1000))
end
