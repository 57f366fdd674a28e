"""Files by name or by descriptor: a process without access to files gets open descriptors."""

from __future__ import annotations

import os
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
