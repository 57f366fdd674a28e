-- Stores the size of a fetched file, which from now on is like an announced one. Replies 0 if the job awaits no file.
-- ARGV: job id, bytes
local job = K.JOB .. ARGV[1]
if redis.call('HGET', job, 'status') ~= 'awaiting_upload' then return 0 end
redis.call('HSET', job, 'file_size', ARGV[2])
return 1
