-- Stores finished steps: results of pages, and the job's progress. A step with an empty body stores no result; it only
-- did not crash. A page stored twice is counted once. Replies 0 if the caller no longer holds the unit. Then nothing is
-- stored, but the start of each step is uncounted, because the step did not crash. This is done once per step: a step
-- that loses its worker's lease again and again would be repeated without end.
-- ARGV: job id, unit, token, then for each step: step, body, "1" if the page was read
local id, job, pages = ARGV[1], K.JOB .. ARGV[1], K.PAGES .. ARGV[1]
if not holds_unit(id, ARGV[2], ARGV[3]) then
  for index = 4, #ARGV, 3 do
    local starts = 'begun:' .. ARGV[index]
    local counted = tonumber(redis.call('HGET', pages, starts) or '0') > 0
    if counted and redis.call('HSETNX', pages, 'excused:' .. ARGV[index], '1') == 1 then
      redis.call('HINCRBY', pages, starts, -1)
    end
  end
  return 0
end
for index = 4, #ARGV, 3 do
  local step, body, success = ARGV[index], ARGV[index + 1], ARGV[index + 2] == '1'
  redis.call('HDEL', pages, 'begun:' .. step)
  if body ~= '' and redis.call('HSET', pages, 'page:' .. step, body) == 1 then
    local done = redis.call('HINCRBY', job, 'pages_done', 1)
    if success then count_page(id, clock()) end
    local total = tonumber(redis.call('HGET', job, 'pages_total'))
    publish(id, 'page', {page = tonumber(step), pages_done = done, pages_total = total, success = success})
  end
end
return 1
