"""Pictures whose pixels encode what the reader does with them, and an engine that obeys.

They allow a thousand jobs with different texts within a minute on two cores, and a job that gets another job's text is
detected. A row of dark and light bars across the picture encodes a number, an action, a duration in milliseconds and a
checksum, bit by bit. The bars are found by their position relative to the width, so a scaled picture stays readable.
"""

from __future__ import annotations

import ctypes
import os
import time
import zlib
from enum import IntEnum
from pathlib import Path

import numpy as np
from PIL import Image

from config import Settings
from paddleocr_service import NullEngine
from paddleocr_service.images import ImageSource
from paddleocr_service.results import EngineInfo, Line, Recognition, RecognizeOptions
from stress.drawing import picture_pdf, saved

#: Bits of number, action, milliseconds and checksum.
WIDTHS = (20, 2, 14, 8)
BARS = sum(WIDTHS)
#: Pixels of one bar's width, and of the picture's height.
BAR_WIDTH, HEIGHT = 8, 64
#: In DATA_DIR. While this file exists, no page crashes or hangs.
CURED_FILE = "cured"
#: In DATA_DIR: a line "TIME NUMBER PID" for each page that a worker started.
PAGE_LOG = "pages.log"


class Action(IntEnum):
    """What a page does to its reader."""

    READ = 0
    CRASH = 1  # a write to an invalid address
    HANG = 2  # a call of native code that never returns


def text_of(number: int) -> str:
    """The text of the page with this number."""
    return f"Number {number}"


def coded_picture(number: int, action: Action = Action.READ, ms: int = 0) -> bytes:
    """A PNG of one page."""
    return saved(_image(number, action, ms), format="PNG")


def coded_pdf(numbers: list[int], ms: int = 0, actions: dict[int, Action] | None = None) -> bytes:
    """A PDF of scanned pages. `actions`: {number: action} of the pages that do not just read."""
    images = [_image(number, (actions or {}).get(number, Action.READ), ms) for number in numbers]
    return picture_pdf(images, dpi=72)


def decode(image: np.ndarray) -> tuple[int, Action, int]:
    """(number, action, milliseconds) of a picture (height, width, 3). Raises ValueError for any other picture."""
    columns = ((np.arange(BARS) + 0.5) * image.shape[1] / BARS).astype(int)
    bits = image[image.shape[0] // 2, columns].mean(axis=-1) < 128
    values, start = [], 0
    for width in WIDTHS:
        values.append(int("".join("1" if bit else "0" for bit in bits[start : start + width]), 2))
        start += width
    number, action, ms, checksum = values
    if checksum != _checksum(number, action, ms):
        raise ValueError("The picture has no code, or the code is damaged.")
    return number, Action(action), ms


class CodedEngine(NullEngine):
    """Reads coded pictures and takes as long as they say."""

    def __init__(self, settings: Settings) -> None:
        super().__init__()
        self._folder: Path = settings.data_dir

    def recognize(self, image: ImageSource, options: RecognizeOptions | None = None) -> Recognition:
        pixels = np.asarray(image)
        number, action, ms = decode(pixels)
        with open(self._folder / PAGE_LOG, "a") as log:
            log.write(f"{time.time():.3f} {number} {os.getpid()}\n")
        time.sleep(ms / 1000)
        if not (self._folder / CURED_FILE).exists():
            _perform(action)
        height, width = pixels.shape[:2]
        box = ((0.0, 0.0), (float(width), 0.0), (float(width), float(height)), (0.0, float(height)))
        text = text_of(number)
        info = EngineInfo("coded", "none", ())
        return Recognition(width, height, (Line(text, 1.0, box),), text, "en", info, seconds={})


def _perform(action: Action) -> None:
    if action == Action.CRASH:
        ctypes.string_at(0)
    if action == Action.HANG:
        # Locks a mutex twice, in C and holding the interpreter lock: no Python signal handler can interrupt it.
        libc, lock = ctypes.PyDLL(None), ctypes.create_string_buffer(64)
        libc.pthread_mutex_lock(lock)
        libc.pthread_mutex_lock(lock)


def _image(number: int, action: int, ms: int) -> Image.Image:
    values = (number, action, ms, _checksum(number, action, ms))
    bits = "".join(f"{value:0{width}b}" for value, width in zip(values, WIDTHS, strict=True))
    if len(bits) != BARS:
        raise ValueError(f"{values} does not fit into {WIDTHS} bits.")
    row = np.repeat(np.array([0 if bit == "1" else 255 for bit in bits], np.uint8), BAR_WIDTH)
    return Image.fromarray(np.tile(row, (HEIGHT, 1)))


def _checksum(number: int, action: int, ms: int) -> int:
    return zlib.crc32(f"{number} {int(action)} {ms}".encode()) & 0xFF
