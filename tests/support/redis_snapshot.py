"""All keys of the service in Redis at one moment."""

READ_ALL = """
local found = {}
for _, key in ipairs(redis.call('KEYS', 'ocr:*')) do
  local kind, content = redis.call('TYPE', key).ok, nil
  if kind == 'hash' then content = redis.call('HGETALL', key)
  elseif kind == 'zset' then content = redis.call('ZRANGE', key, 0, -1, 'WITHSCORES')
  elseif kind == 'set' then content = redis.call('SMEMBERS', key)
  else content = redis.call('GET', key) end
  found[#found + 1] = {key, kind, content, redis.call('TTL', key) >= 0 and 1 or 0}
end
return found
"""


class RedisSnapshot:
    """`values` by key: a dict (hash, or sorted set with scores), a set, or bytes. `expiring`: keys with a TTL."""

    def __init__(self, client) -> None:
        self.values, self.expiring = {}, set()
        for key, kind, content, expires in client.eval(READ_ALL, 0):
            if kind in (b"hash", b"zset"):
                content = {name.decode(): value for name, value in zip(content[::2], content[1::2], strict=True)}
            elif kind == b"set":
                content = {member.decode() for member in content}
            self.values[key.decode()] = content
            if expires:
                self.expiring.add(key.decode())

    def get(self, key: str):
        return self.values.get(key, {})

    def with_prefix(self, prefix: str) -> dict:
        """Values by the rest of the key."""
        return {key.removeprefix(prefix): value for key, value in self.values.items() if key.startswith(prefix)}
