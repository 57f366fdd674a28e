"""Shrink the lines of very large images before recognition.

The recogniser's input is 48 pixels high. PaddleX shrinks a line by linear interpolation, which skips most pixels of a
line that is several times as high. So lines of an image that is larger than a page at 300 dpi are first shrunk as if it
were that large, by the mean of their pixels. Small lines keep their pixels.
"""

from collections.abc import Sequence

import numpy as np

from .arrays import Pixels, Tensor
from .line_crops import crop_lines
from .line_recogniser import HEIGHT

_PAGE_SIDE = 4096  # pixels


def crop_and_shrink_lines(image: Pixels, polygons: Sequence[Tensor]) -> list[Pixels]:
    """Return the content of each polygon (4, 2) of an image (H, W, 3) as arrays (h, w, 3), see ``crop_lines``."""
    scale = _PAGE_SIDE / max(image.shape[:2])
    return [_shrunk(line, scale) if HEIGHT / scale <= line.shape[0] else line for line in crop_lines(image, polygons)]


def _shrunk(line: Pixels, scale: float) -> Pixels:
    import cv2

    if scale >= 1:
        return line
    return np.asarray(cv2.resize(line, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA), np.uint8)
