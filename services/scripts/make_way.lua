-- Whether a unit has to make way, because one of its pages has kept a worker for long and short jobs of other owners
-- wait: then every worker is busy. Replies 0: no. 1: it has to be put aside. 2: it goes on as a heavy unit, because
-- there is a place for one. A heavy unit goes on in any case.
-- ARGV: job id, unit, token, seconds since its page was started
local id, unit, now, seconds = ARGV[1], ARGV[2], tonumber(clock()), tonumber(ARGV[4])
if not holds_unit(id, unit, ARGV[3]) or is_heavy_unit(id, unit) then return 0 end
local pace = tonumber(redis.call('HGET', K.PACE, C.QUICK_LANE) or '0')
local patience = math.min(math.max(C.HEAVY_PAGES * pace, C.MIN_PATIENCE), C.MAX_PATIENCE)
if seconds < patience then return 0 end
local owner = redis.call('HGET', K.JOB .. id, 'owner')

local function others_wait()
  for _, member in ipairs(redis.call('ZRANGE', K.READY .. C.QUICK_LANE, 0, 99)) do
    local other = redis.call('HGET', K.JOB .. split_member(member), 'owner')
    local since = tonumber(redis.call('ZSCORE', K.WAITING, member) or now)
    if other ~= owner and not is_heavy(other, now) and now - since >= C.LONG_WAIT then return true end
  end
end

if not others_wait() then return 0 end
-- With a single worker, every heavy unit keeps others waiting.
if live_workers(now) < 2 or free_heavy_places(now) < 1 then return 1 end
redis.call('HSET', K.UNITS .. id, 'heavy:' .. unit, '1')
make_owner_heavy(owner, now, seconds)
return 2
