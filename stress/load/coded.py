"""Pictures that say in their pixels what is to be read in them, and an engine that obeys.

So a thousand jobs, each with a text of its own, take a minute on two cores, and whoever gets another's text is found
out. A row of dark and light bars across the picture holds, bit by bit: a number, what the page does, how many
milliseconds it takes, and a checksum. The bars are read by where they are in the width, whatever size the picture has.
"""

from __future__ import annotations

import ctypes
import io
import os
import time
import zlib
from pathlib import Path

import numpy as np
from PIL import Image

from paddleocr_service import NullEngine
from paddleocr_service.results import EngineInfo, Line, Recognition, RecognizeOptions

#: What a page does to its reader: nothing; a write to where nothing is; a call of native code that never comes back.
READS, CRASHES, HANGS = range(3)
#: Bits of the number, of what the page does, of the milliseconds, of the checksum.
WIDTHS = (20, 2, 14, 8)
BARS, BAR = sum(WIDTHS), 8
#: In DATA_DIR: while it is there, no page crashes or hangs. And a line for each page that was begun.
CURE, DIARY = "cured", "pages.log"


def text_of(number: int) -> str:
    """What a page with this number says."""
    return f"Number {number}"


def picture(number: int, does: int = READS, ms: int = 0) -> bytes:
    """A PNG of one page."""
    return _saved([_image(number, does, ms)], "PNG")


def document(numbers: list[int], ms: int = 0, does: dict[int, int] | None = None) -> bytes:
    """A PDF of scanned pages. `does`: what those of some numbers do."""
    return _saved([_image(number, (does or {}).get(number, READS), ms) for number in numbers], "PDF")


def decode(image: np.ndarray) -> tuple[int, int, int]:
    """(number, what the page does, milliseconds) of a picture (height, width, 3). Raises ValueError when it is none."""
    places = ((np.arange(BARS) + 0.5) * image.shape[1] / BARS).astype(int)
    bits = image[image.shape[0] // 2, places].mean(axis=-1) < 128
    values, at = [], 0
    for width in WIDTHS:
        values.append(int("".join("1" if bit else "0" for bit in bits[at : at + width]), 2))
        at += width
    *said, checksum = values
    if checksum != _checksum(*said):
        raise ValueError("the picture has no code, or it was damaged")
    return tuple(said)


class CodedEngine(NullEngine):
    """Reads coded pictures, and takes as long over each as it says."""

    def __init__(self, settings) -> None:
        super().__init__()
        self._folder: Path = settings.data_dir

    def recognize(self, image: np.ndarray, options: RecognizeOptions | None = None) -> Recognition:
        number, does, ms = decode(image)
        with open(self._folder / DIARY, "a") as diary:
            diary.write(f"{time.time():.3f} {number} {os.getpid()}\n")
        time.sleep(ms / 1000)
        if does != READS and not (self._folder / CURE).exists():
            _CRIMES[does]()
        height, width = image.shape[:2]
        whole = ((0.0, 0.0), (float(width), 0.0), (float(width), float(height)), (0.0, float(height)))
        text = text_of(number)
        info = EngineInfo("coded", "none", ())
        return Recognition(width, height, (Line(text, 1.0, whole),), text, "en", info, seconds={})


def _crash() -> None:
    ctypes.string_at(0)


def _hang() -> None:
    """Waits for a lock that it has itself, in C and with the interpreter's own lock: no signal brings it back."""
    libc, lock = ctypes.PyDLL(None), ctypes.create_string_buffer(64)
    libc.pthread_mutex_lock(lock)
    libc.pthread_mutex_lock(lock)


_CRIMES = {CRASHES: _crash, HANGS: _hang}


def _image(number: int, does: int, ms: int) -> Image.Image:
    said = (number, does, ms)
    bits = "".join(f"{value:0{width}b}" for value, width in zip((*said, _checksum(*said)), WIDTHS, strict=True))
    if len(bits) != BARS:
        raise ValueError(f"{said} does not fit into {WIDTHS} bits")
    row = np.repeat(np.array([0 if bit == "1" else 255 for bit in bits], np.uint8), BAR)
    return Image.fromarray(np.tile(row, (64, 1)))


def _checksum(number: int, does: int, ms: int) -> int:
    return zlib.crc32(f"{number} {does} {ms}".encode()) & 0xFF


def _saved(images: list[Image.Image], kind: str) -> bytes:
    out = io.BytesIO()
    more = {"save_all": True, "append_images": images[1:]} if kind == "PDF" else {}
    images[0].save(out, kind, **more)
    return out.getvalue()
