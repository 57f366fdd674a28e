-- Whether a worker should put its unit aside, because the unit has kept it for long and short jobs of other owners
-- wait: then every worker is busy. Replies 0 or 1. A unit that was put aside before goes on.
-- ARGV: job id, unit, token, seconds since its page was started
local id, unit, now = ARGV[1], ARGV[2], tonumber(clock())
if not holds_unit(id, unit, ARGV[3]) or redis.call('HEXISTS', K.UNITS .. id, 'heavy:' .. unit) == 1 then return 0 end
local pace = tonumber(redis.call('HGET', K.PACE, C.QUICK_LANE) or C.QUICK_PACE)
local patience = math.min(math.max(C.HEAVY_PAGES * pace, C.MIN_PATIENCE), C.MAX_PATIENCE)
if tonumber(ARGV[4]) < patience then return 0 end
local owner = redis.call('HGET', K.JOB .. id, 'owner')
for _, member in ipairs(redis.call('ZRANGE', K.READY .. C.QUICK_LANE, 0, 99)) do
  local other = redis.call('HGET', K.JOB .. split_member(member), 'owner')
  local since = tonumber(redis.call('ZSCORE', K.WAITING, member) or now)
  if other ~= owner and not is_heavy(other, now) and now - since >= C.LONG_WAIT then return 1 end
end
return 0
