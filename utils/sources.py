"""Files by name or by descriptor: a process without access to files gets open descriptors."""

from __future__ import annotations

import mmap
import os
from collections.abc import Iterator
from contextlib import contextmanager
from io import BufferedReader, RawIOBase
from os import PathLike
from typing import TYPE_CHECKING, BinaryIO, cast

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

#: A path, or an open descriptor of a file that can be read from any position.
Source = str | PathLike[str] | int


def open_source(source: Source) -> BinaryIO:
    """The file from its start. Closing the result leaves a given descriptor open."""
    if isinstance(source, int):
        os.lseek(source, 0, os.SEEK_SET)
        return open(source, "rb", closefd=False)
    return open(source, "rb")


def open_with_own_position(source: Source) -> BinaryIO:
    """As `open_source`, but other files of the same descriptor may be read in turn: they share one position."""
    return cast(BinaryIO, BufferedReader(_Positioned(source))) if isinstance(source, int) else open_source(source)


class _Positioned(RawIOBase):
    def __init__(self, descriptor: int) -> None:
        self.name = self._descriptor = descriptor
        self._position = 0

    def fileno(self) -> int:
        return self._descriptor

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = os.SEEK_SET, /) -> int:
        start = {os.SEEK_SET: 0, os.SEEK_CUR: self._position}.get(whence)
        self._position = offset + (os.fstat(self._descriptor).st_size if start is None else start)
        return self._position

    def readinto(self, buffer: WriteableBuffer, /) -> int:
        count = os.preadv(self._descriptor, [buffer], self._position)
        self._position += count
        return count


@contextmanager
def mapped_file(descriptor: int) -> Iterator[memoryview]:
    """The content of an open file. Only the parts that are read take memory.

    What still refers to it at the end must not read it any more.
    """
    if not os.fstat(descriptor).st_size:
        yield memoryview(b"")
        return
    with mmap.mmap(descriptor, 0, access=mmap.ACCESS_READ) as mapping, memoryview(mapping) as content:
        yield content
