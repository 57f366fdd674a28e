-- Stores one page's result and the progress, under the caller's lease. An empty body only tells that the page's try ended
-- in good order. Pages that are stored twice are counted once. 0 when the caller no longer holds the job.
-- KEYS: job, pages   ARGV: token, page number, body, pages total, job id, 1 when the page succeeded
if not holds(KEYS[1], ARGV[1]) then return 0 end
redis.call('HDEL', KEYS[2], 'begun:' .. ARGV[2])
if ARGV[4] ~= '' then redis.call('HSET', KEYS[1], 'pages_total', ARGV[4]) end
if ARGV[3] ~= '' and redis.call('HSET', KEYS[2], 'page:' .. ARGV[2], ARGV[3]) == 1 then
  local done = redis.call('HINCRBY', KEYS[1], 'pages_done', 1)
  local total = tonumber(redis.call('HGET', KEYS[1], 'pages_total'))
  publish(ARGV[5], 'page', {page = tonumber(ARGV[2]), pages_done = done, pages_total = total, success = ARGV[6] == '1'})
end
return 1
