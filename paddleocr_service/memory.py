"""The memory of this process: how much it holds, and giving back what it no longer needs."""

from __future__ import annotations

import ctypes
import gc
from functools import lru_cache

_M_MMAP_THRESHOLD = -3  # glibc's malloc.h
# Bytes: an A4 page at 250 dpi. With a quarter of it a receipt's blocks are fetched anew too, for 5 % of its time.
_LARGE_BLOCK = 16 << 20


def resident_bytes() -> int:
    """Resident size of this process."""
    import psutil

    return psutil.Process().memory_info().rss


def keep_large_blocks_apart() -> None:
    """Have glibc hand each large block back as soon as it is freed: it does so by itself only until the first one, then
    keeps blocks of up to 32 MB among the small ones, and a process's size follows the page that it read last."""
    set_option = _glibc_function("mallopt")
    if set_option:
        set_option(_M_MMAP_THRESHOLD, _LARGE_BLOCK)


def give_back_freed_memory(collect: bool = False) -> None:
    """Hand freed memory back to the system, which glibc does not do by itself. Takes a millisecond or two.

    collect: look for unreachable cycles first (a dropped pipeline is full of them).
    """
    if collect:
        gc.collect()
    trim = _glibc_function("malloc_trim")
    if trim:
        trim(0)


@lru_cache(maxsize=2)
def _glibc_function(name: str):
    try:
        return getattr(ctypes.CDLL("libc.so.6"), name)
    except (OSError, AttributeError):  # another C library
        return None
