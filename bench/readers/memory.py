"""Resident memory of this process and its children, from /proc; 0 on systems without /proc."""

import os
import resource
from collections.abc import Iterator
from pathlib import Path


def memory_mb() -> dict[str, int]:
    """Return rss_mb, the current memory, and peak_mb.

    The peak is the larger of two values: the sum of the peaks of all running processes, and the current memory plus the
    largest child that has exited. Children that exit during startup do not run at the time of the peak.
    """
    processes = list(_process_tree(os.getpid()))
    largest_exited = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    current = sum(_kilobytes(pid, "VmRSS:") for pid in processes)
    peak = sum(_kilobytes(pid, "VmHWM:") for pid in processes)
    return {"rss_mb": current >> 10, "peak_mb": max(peak, current + largest_exited) >> 10}


def _process_tree(pid: int) -> Iterator[int]:
    yield pid
    for thread in _threads(pid):
        for child in _words(thread / "children"):
            yield from _process_tree(int(child))


def _threads(pid: int) -> list[Path]:
    try:
        return list(Path(f"/proc/{pid}/task").iterdir())
    except OSError:
        return []


def _words(path: Path) -> list[str]:
    try:
        return path.read_text().split()
    except OSError:  # the process has exited, or the system has no such file
        return []


def _kilobytes(pid: int, name: str) -> int:
    words = _words(Path(f"/proc/{pid}/status"))
    return int(words[words.index(name) + 1]) if name in words else 0
