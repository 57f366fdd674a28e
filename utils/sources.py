"""Files by name or by descriptor: a process without access to files gets open descriptors."""

from __future__ import annotations

import mmap
import os
from collections.abc import Iterator
from contextlib import contextmanager
from os import PathLike
from typing import BinaryIO

#: A path, or an open descriptor of a file that can be read from any position.
Source = str | PathLike[str] | int


def open_source(source: Source) -> BinaryIO:
    """The file from its start. Closing the result leaves a given descriptor open."""
    if isinstance(source, int):
        os.lseek(source, 0, os.SEEK_SET)
        return open(source, "rb", closefd=False)
    return open(source, "rb")


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
