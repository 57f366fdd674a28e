"""The memory of this process: how much it holds, and giving back what it no longer needs."""

from __future__ import annotations

import ctypes
import gc
from functools import lru_cache


def resident_bytes() -> int:
    """Resident size of this process."""
    import psutil

    return psutil.Process().memory_info().rss


def give_back_freed_memory(collect: bool = False) -> None:
    """Hand freed memory back to the system; glibc keeps it otherwise, 250 MB after a page. Takes a millisecond or two.

    collect: look for unreachable cycles first (a dropped pipeline is full of them).
    """
    if collect:
        gc.collect()
    trim = _malloc_trim()
    if trim:
        trim(0)


@lru_cache(maxsize=1)
def _malloc_trim():
    try:
        return ctypes.CDLL("libc.so.6").malloc_trim
    except (OSError, AttributeError):  # another C library
        return None
