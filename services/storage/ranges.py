"""A stored file that is read in parts, without a copy on this machine."""

from __future__ import annotations

import io
import os
from collections.abc import Callable
from typing import Any, BinaryIO, cast

#: Bytes of one request at least.
_BUFFER = 1 << 16


def file_of(read: Callable[[int, int], bytes], size: int) -> BinaryIO:
    """A file of `size` bytes. read: (start, count) -> bytes. It is called for the parts that are used only."""
    return cast(BinaryIO, io.BufferedReader(_Ranges(read, size), _BUFFER))


class _Ranges(io.RawIOBase):
    def __init__(self, read: Callable[[int, int], bytes], size: int) -> None:
        self._read_range = read
        self._size = size
        self._position = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._position

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        start = {os.SEEK_SET: 0, os.SEEK_CUR: self._position, os.SEEK_END: self._size}[whence]
        self._position = max(0, start + offset)
        return self._position

    def readinto(self, buffer: Any) -> int:
        count = min(len(buffer), self._size - self._position)
        if count <= 0:
            return 0
        buffer[:count] = self._read_range(self._position, count)
        self._position += count
        return count
