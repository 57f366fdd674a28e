-- Stores results of pages and the progress, under the caller's lease. An empty body only tells that what was begun ended in
-- good order. A page that is stored twice is counted once. 0 when the caller no longer holds the unit: then nothing is
-- stored, but what it had begun did not kill it, and is not counted as if it had.
-- ARGV: job id, unit, token, then for each: what was begun, body, "1" when the page was read
local id, job, pages = ARGV[1], K.JOB .. ARGV[1], K.PAGES .. ARGV[1]
if not holds(id, ARGV[2], ARGV[3]) then
  for at = 4, #ARGV, 3 do
    local begun = 'begun:' .. ARGV[at]
    if tonumber(redis.call('HGET', pages, begun) or '0') > 0 then redis.call('HINCRBY', pages, begun, -1) end
  end
  return 0
end
for at = 4, #ARGV, 3 do
  redis.call('HDEL', pages, 'begun:' .. ARGV[at])
  if ARGV[at + 1] ~= '' and redis.call('HSET', pages, 'page:' .. ARGV[at], ARGV[at + 1]) == 1 then
    local done = redis.call('HINCRBY', job, 'pages_done', 1)
    local total = tonumber(redis.call('HGET', job, 'pages_total'))
    tell(id, 'page', {page = tonumber(ARGV[at]), pages_done = done, pages_total = total, success = ARGV[at + 2] == '1'})
  end
end
return 1
