"""The audit log: changes of accounts, and refused requests. It is bounded, and refusals cannot displace changes.

The Lua scripts that change accounts write it, in the same step. An entry holds no secret and no name or address of a
person, only ids; a refusal holds the address it came from.
"""

from __future__ import annotations

from dataclasses import dataclass
from heapq import merge
from itertools import islice

from services import keys
from services.redis_service import RedisService

STREAMS = (keys.AUDIT, keys.REFUSALS)


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """`at`: Unix s. `account`: empty if none is known. `actor`: an account id, "admin-token", "command line", or, for
    a refusal, the client's address."""

    at: float
    event: str
    account: str
    actor: str
    detail: str


@dataclass(frozen=True, slots=True)
class AuditLog:
    redis: RedisService

    def entries(self, account: str = "", limit: int = 100) -> list[AuditEntry]:
        """The newest entries, of one account or of all. Raises RedisUnavailable."""
        newest = merge(*map(self._read, STREAMS), key=lambda entry: entry.at, reverse=True)
        wanted = (entry for entry in newest if account in ("", entry.account, entry.actor))
        return list(islice(wanted, limit))

    def refuse(self, event: str, account: str, address: str, detail: str = "") -> None:
        self.redis.script("audit_refusal", event, account, address, detail)

    def _read(self, stream: str) -> list[AuditEntry]:
        rows = self.redis.client.xrevrange(stream)
        return [
            AuditEntry(
                at=int(entry_id.partition(b"-")[0]) / 1000,
                **{name.decode(): value.decode() for name, value in fields.items()},
            )
            for entry_id, fields in rows
        ]
