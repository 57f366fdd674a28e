"""What is kept about jobs in Redis at a moment, and what docs/jobs.md says of it."""

import re
from pathlib import Path

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "jobs.md"

#: All that is kept, in one look: name, type, content, whether it will expire.
LOOK = """
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


class Kept:
    """What is in Redis at this moment."""

    def __init__(self, client) -> None:
        self.everything, self.expiring = {}, set()
        for key, kind, content, expires in client.eval(LOOK, 0):
            if kind in (b"hash", b"zset"):
                content = {name.decode(): value for name, value in zip(content[::2], content[1::2], strict=True)}
            elif kind == b"set":
                content = {member.decode() for member in content}
            self.everything[key.decode()] = content
            if expires:
                self.expiring.add(key.decode())

    def at(self, key: str):
        return self.everything.get(key, {})

    def under(self, prefix: str) -> dict:
        return {key.removeprefix(prefix): value for key, value in self.everything.items() if key.startswith(prefix)}


def table(heading: str) -> list[list[str]]:
    """The rows of the table under a heading of docs/jobs.md, as lists of cells."""
    section = re.search(rf"^## {heading}\n(.*?)(?=^## |\Z)", DOCUMENT.read_text(), re.M | re.S).group(1)
    rows = [line.strip("|").split("|") for line in section.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in row] for row in rows[2:]]


def words(cell: str) -> list[str]:
    return [word.strip(" `") for word in cell.split(",")]
