"""Memory that a worker shares with its child, for the pixels of one picture at a time."""

from __future__ import annotations

import fcntl
import mmap
import os
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from services.ocr_service.helpers.colour import RGBArray

#: Pictures of more bytes give their memory back.
_KEPT_BYTES = 64 << 20


class SharedPixels:
    """The worker's side. Memory is taken when it is first written to."""

    def __init__(self, size: int) -> None:
        """size: bytes of the largest picture."""
        self.size = size
        self.descriptor = os.memfd_create("pixels", os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
        os.ftruncate(self.descriptor, size)
        # A child that made the file shorter could crash the worker.
        fcntl.fcntl(self.descriptor, fcntl.F_ADD_SEALS, fcntl.F_SEAL_SHRINK | fcntl.F_SEAL_GROW | fcntl.F_SEAL_SEAL)
        self._memory = mmap.mmap(self.descriptor, size)

    def picture(self, height: int, width: int) -> RGBArray:
        """The picture of this size as a view."""
        return _view(self._memory, height, width)

    def release(self, height: int, width: int) -> None:
        """Give the memory of a large picture back."""
        if (size := height * width * 3) > _KEPT_BYTES:
            self._memory.madvise(mmap.MADV_REMOVE, 0, -(-size // mmap.PAGESIZE) * mmap.PAGESIZE)


def write(memory: mmap.mmap, pixels: RGBArray) -> None:
    """The child's side. Raises ValueError if the picture does not fit."""
    _view(memory, *pixels.shape[:2])[:] = pixels


def _view(memory: mmap.mmap, height: int, width: int) -> RGBArray:
    if height * width * 3 > len(memory):
        raise ValueError(f"a picture of {width} x {height} pixels does not fit")
    return np.frombuffer(memory, np.uint8, height * width * 3).reshape(height, width, 3)
