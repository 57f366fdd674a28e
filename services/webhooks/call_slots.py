"""How many calls to other servers one process makes at the same time: in total, to one host, and for one owner."""

from __future__ import annotations

import threading
from collections import Counter
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ConcurrencyLimits:
    total: int = 16
    per_host: int = 4
    per_owner: int = 8


class CallSlots:
    """Thread-safe."""

    def __init__(self, limits: ConcurrencyLimits) -> None:
        self._limits = limits
        self._lock = threading.Lock()
        self._active: Counter[tuple[str, str]] = Counter()

    @property
    def free(self) -> int:
        """Calls that may begin now, as far as the total is concerned."""
        return self._limits.total - self._active["total", ""]

    def acquire(self, host: str, owner: str) -> bool:
        """Whether a call may begin now. If so, `release` it when it has ended."""
        limits = (self._limits.total, self._limits.per_host, self._limits.per_owner)
        groups = _groups(host, owner)
        with self._lock:
            if any(self._active[group] >= limit for group, limit in zip(groups, limits, strict=True)):
                return False
            self._active.update(groups)
            return True

    def release(self, host: str, owner: str) -> None:
        with self._lock:
            self._active -= Counter(_groups(host, owner))  # also drops groups that have no call left


def _groups(host: str, owner: str) -> tuple[tuple[str, str], ...]:
    return ("total", ""), ("host", host), ("owner", owner)
