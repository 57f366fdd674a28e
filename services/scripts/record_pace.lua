-- Updates the running mean of a lane's seconds per unit. A new value has a weight of one tenth. A heavy unit counts in
-- the heavy lane, and also in its own, up to a limit: where all pages take long, none may count as heavy for ever.
-- ARGV: lane, seconds, "1" if the unit was heavy
local function update(lane, seconds)
  local mean = tonumber(redis.call('HGET', K.PACE, lane) or seconds)
  redis.call('HSET', K.PACE, lane, mean + 0.1 * (seconds - mean))
end

local lane, seconds = ARGV[1], tonumber(ARGV[2])
if ARGV[3] == '1' then
  update(C.HEAVY_LANE, seconds)
  seconds = math.min(seconds, C.MAX_PATIENCE / C.HEAVY_PAGES)
end
update(lane, seconds)
return 1
