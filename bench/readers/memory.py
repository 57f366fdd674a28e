"""Resident memory of this process and its children, from /proc; 0 where there is none."""

from __future__ import annotations

import os
import resource
from collections.abc import Iterator
from pathlib import Path


def held_mb() -> dict[str, int]:
    """rss_mb: held now; peak_mb: the sum of the most that each process ever held, or what is held now and the largest
    child that has ended, whichever is more (one that ended while all was being loaded was not there at the peak)."""
    processes = list(_tree(os.getpid()))
    ended = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    now = sum(_kilobytes(pid, "VmRSS:") for pid in processes)
    peak = sum(_kilobytes(pid, "VmHWM:") for pid in processes)
    return {"rss_mb": now >> 10, "peak_mb": max(peak, now + ended) >> 10}


def _tree(pid: int) -> Iterator[int]:
    yield pid
    for thread in _threads(pid):
        for child in _words(thread / "children"):
            yield from _tree(int(child))


def _threads(pid: int) -> list[Path]:
    try:
        return list(Path(f"/proc/{pid}/task").iterdir())
    except OSError:
        return []


def _words(path: Path) -> list[str]:
    try:
        return path.read_text().split()
    except OSError:  # it has ended meanwhile, or the system keeps no such file
        return []


def _kilobytes(pid: int, name: str) -> int:
    found = _words(Path(f"/proc/{pid}/status"))
    return int(found[found.index(name) + 1]) if name in found else 0
