-- Replies the number of units that workers could take now. Of the heavy lane, these are as many as have a place.
local now = clock()
local heavy = math.min(redis.call('ZCARD', K.READY .. C.HEAVY_LANE), math.max(0, free_heavy_places(now)))
return heavy + redis.call('ZCARD', K.READY .. C.QUICK_LANE) + redis.call('ZCARD', K.READY .. C.BULK_LANE)
  + redis.call('ZCOUNT', K.DELAYED, '-inf', now)
