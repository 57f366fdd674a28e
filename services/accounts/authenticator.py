"""Verifies API keys: at most one round trip to Redis, which also counts the request against the account's limit.

A key is found by its SHA-256, so the time that takes does not depend on how much of a key is right.
"""

from __future__ import annotations

import math
import time
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from services.accounts import access_key
from services.accounts.account import SCOPES
from services.accounts.recent_access import RecentAccess
from services.errors import RateLimited, Unauthorized
from services.redis_service import RedisService

#: How a request counts: it creates work; it does not; or it was counted before, when it began to wait for a job.
CREATES_WORK, READS, RESUMED = "1", "0", ""


@dataclass(frozen=True, slots=True)
class RateState:
    """The requests that create work of an account: allowed in a window, sent in it, and when the oldest leaves it."""

    limit: int
    used: int
    resets_at: float
    window: int

    @property
    def remaining(self) -> int:
        return max(0, self.limit - self.used)

    def seconds_left(self) -> int:
        """Until the next request may be sent."""
        return max(1, math.ceil(self.resets_at - time.time()))


@dataclass(frozen=True, slots=True)
class Access:
    """Who sends a request, and what the API key permits. `rate` is None without a limit."""

    account: str
    key_id: str
    scopes: frozenset[str]
    #: Largest file in bytes. 0: the limit of the service.
    max_file_bytes: int = 0
    replaced: bool = False
    rate: RateState | None = None
    limited: bool = False
    #: Identifies the key in Redis. Empty for a key of the settings.
    key_digest: str = ""
    #: A key of the settings: it has no account in Redis.
    in_settings: bool = False

    @classmethod
    def of_settings(cls, name: str) -> Access:
        return cls(name, name, frozenset(SCOPES) - {"admin"}, in_settings=True)


@dataclass(eq=False)
class Authenticator:
    """Thread-safe."""

    redis: RedisService
    #: Wrong keys per minute and address that get a 401. Further ones get a 429.
    failures_per_minute: int
    #: Requests that create work per window, for accounts without a limit of their own. 0: no limit.
    requests: int
    window_seconds: int

    def __post_init__(self) -> None:
        self._recent = RecentAccess[Access](lambda key, number: self.redis.script("count_requests", key, number))

    def verify(self, credential: str, address: str, counts_as: str = READS, may_reuse: bool = False) -> Access:
        """Raises Unauthorized for a key that is unknown, expired, revoked or not approved, without saying which.

        Raises RateLimited after too many wrong keys from this address, and RedisUnavailable. A request over the limit
        of its account is returned with `limited`. may_reuse: what this process has just learned about the key is good
        enough (see `recent_access.py`), unless the request has to be counted for the account's limit.
        """
        digest, asked_at = access_key.digest(credential), time.monotonic()
        counts_for_limit = counts_as == CREATES_WORK
        if may_reuse and (access := self._recent.reuse(digest, lambda known: not (counts_for_limit and known.rate))):
            return access
        usual = (self.failures_per_minute, self.requests, self.window_seconds)
        outcome, *rest = self.redis.script("authenticate", digest, address, *usual, counts_as)
        if outcome == b"blocked":
            self._recent.forget(digest)
            raise RateLimited("Too many wrong API keys from this address.", retry_after=int(rest[0]), remaining=0)
        if outcome == b"refused":
            self._recent.forget(digest)
            raise Unauthorized()
        *facts, seconds_left = rest
        access = _access(digest, outcome == b"limited", facts)
        self._recent.store(digest, access, asked_at, float(seconds_left or "inf"))
        return access

    def ended_keys(self, digests: Collection[str]) -> Collection[str]:
        """Those of these keys that are unknown, expired, revoked or not approved. Raises RedisUnavailable."""
        return [digest.decode() for digest in self.redis.script("ended_keys", *digests)]


def _access(digest: str, limited: bool, reply: Sequence[Any]) -> Access:
    account, key_id, scopes, replaced, file_bytes, limit, used, resets_at, window = reply
    return Access(
        account=account.decode(),
        key_id=key_id.decode(),
        scopes=frozenset(scopes.decode().split()),
        max_file_bytes=int(file_bytes or 0),
        replaced=replaced == b"1",
        rate=RateState(limit, used, float(resets_at), window) if limit else None,
        limited=limited,
        key_digest=digest,
    )
