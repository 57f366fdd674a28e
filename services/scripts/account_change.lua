-- Sets or, with an empty value, removes fields of an account: its name and its limits. Replies 0 if there is no such
-- account.
-- ARGV: account id, who does it, then name, value, ...
local account, changes = K.ACCOUNT .. ARGV[1], {}
if redis.call('EXISTS', account) == 0 then return 0 end
for index = 3, #ARGV, 2 do
  local name, value = ARGV[index], ARGV[index + 1]
  if value == '' then redis.call('HDEL', account, name) else redis.call('HSET', account, name, value) end
  -- A name is personal data: the log says only that it has changed.
  changes[#changes + 1] = name == 'name' and name or name .. '=' .. (value == '' and 'default' or value)
end
audit('changed', ARGV[1], ARGV[2], table.concat(changes, ' '))
return 1
