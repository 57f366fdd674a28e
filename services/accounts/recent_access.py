"""What this process has just learned about keys that are in heavy use: their requests need no question to Redis.

An answer is used for `VALID_SECONDS`, counted from before Redis was asked. Whatever revokes a key returns after that
time, so once a client or an administrator knows of a revocation, no process accepts the key. A key that is used only
now and then is always verified in Redis, and so are requests that count for a rate limit.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")

VALID_SECONDS = 0.25
#: Uses of a key within `VALID_SECONDS` from which on it is in heavy use.
HEAVY_USES = 5
#: Keys in memory. Those that were not used for some time are dropped beyond that.
MAX_KEYS = 1000


@dataclass
class _Entry(Generic[T]):
    """`uses` and `uses_before`: verified and reused, in the current period of `VALID_SECONDS` and the one before."""

    access: T
    verified_at: float
    valid_until: float
    began: float
    uses: int = 1
    uses_before: int = 0
    #: Requests that Redis has not counted yet.
    uncounted: int = 0


class RecentAccess(Generic[T]):
    """Thread-safe. `count(account's digest, number)` counts requests in Redis; it may raise, and is tried again."""

    def __init__(self, count: Callable[[str, int], None]) -> None:
        self._count = count
        self._lock = threading.Lock()
        self._entries: dict[str, _Entry[T]] = {}
        self._timer: threading.Timer | None = None

    def reuse(self, digest: str, suffices: Callable[[T], bool]) -> T | None:
        """What is known about the key, if it is recent and suffices and the key is in heavy use. Counts the request."""
        now = time.monotonic()
        with self._lock:
            entry = self._entries.get(digest)
            if entry is None or now >= entry.valid_until:
                return None
            if max(entry.uses, entry.uses_before) < HEAVY_USES or not suffices(entry.access):
                return None
            entry.uses += 1
            entry.uncounted += 1
            if self._timer is None:
                self._timer = threading.Timer(VALID_SECONDS, self._flush)
                self._timer.daemon = True
                self._timer.start()
            return entry.access

    def store(self, digest: str, access: T, asked_at: float, seconds_left: float) -> None:
        """asked_at: when Redis was asked, on the monotonic clock. seconds_left: until the key expires."""
        valid_until = asked_at + min(VALID_SECONDS, seconds_left)
        with self._lock:
            entry = self._entries.get(digest)
            if entry is None:
                self._make_room(asked_at)
                self._entries[digest] = _Entry(access, asked_at, valid_until, began=asked_at)
                return
            if asked_at < entry.verified_at:  # an answer that was overtaken by a later one
                return
            entry.access, entry.verified_at, entry.valid_until = access, asked_at, valid_until
            if asked_at - entry.began < VALID_SECONDS:
                entry.uses += 1
            else:
                follows = asked_at - entry.began < 2 * VALID_SECONDS
                entry.began, entry.uses, entry.uses_before = asked_at, 1, entry.uses if follows else 0

    def forget(self, digest: str) -> None:
        """The key was refused."""
        with self._lock:
            if entry := self._entries.get(digest):
                entry.valid_until = 0.0

    def _make_room(self, now: float) -> None:
        if len(self._entries) >= MAX_KEYS:
            self._entries = {
                key: each for key, each in self._entries.items() if each.uncounted or now < each.valid_until
            }

    def _flush(self) -> None:
        with self._lock:
            self._timer = None
            counts = {digest: entry.uncounted for digest, entry in self._entries.items() if entry.uncounted}
            for digest in counts:
                self._entries[digest].uncounted = 0
        for digest, number in counts.items():
            try:
                self._count(digest, number)
            except Exception:  # Redis is unavailable: statistics may lose some requests then
                return
