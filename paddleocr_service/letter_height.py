"""Find letters in an image, and estimate their height, without running a network."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np

from .arrays import AnyArray, Floats, Integers, Pixels

#: Ratio of the sides. An image above it is copied in pieces, because a copy of the whole image would be too coarse.
ELONGATED = 4
# In pixels of the grey copy, unless noted.
_COPY_SIDE = 1024  # longer side of a copy; processing takes a few milliseconds
_PIECE_RATIO = 1.5  # ratio of the sides of a piece
_WINDOW = 31  # neighbourhood whose mean brightness a pixel is compared with
_CONTRAST = 12  # grey levels by which a dark pixel is darker than that mean, or a light pixel lighter
_MIN_HEIGHT = 5
_MAX_HEIGHT = 120
_MIN_WIDTH = 2
_MAX_ASPECT = 4  # width by height; touching letters stay below it, rules do not
_MIN_FILL = 0.15  # share of its box that a letter covers
_SAMPLE_LINES = 20
_LINE_HEIGHTS = (48, 96, 192, 384)  # at most; strokes of large letters are wider than the window
_MIN_COUNT = 30  # fewer letters give no reliable estimate


class GreyCopy(NamedTuple):
    """A scaled copy of a piece of an image.

    grey: (h, w) uint8. scale: size of the copy by size of the piece. x, y: position of the piece in the image, pixels.
    """

    grey: Pixels
    scale: float
    x: int
    y: int


def grey_copies(image: Pixels) -> list[GreyCopy]:
    """Return copies of an image (H, W, 3) BGR: one of the whole image, or those of the pieces of an elongated one."""
    return [
        GreyCopy(*grey_copy(image[y : y + height, x : x + width], _COPY_SIDE / max(height, width)), x, y)
        for x, y, width, height in _pieces(*image.shape[1::-1])
    ]


def grey_copy(image: Pixels, scale: float) -> tuple[Pixels, float]:
    """Return an image (H, W, 3) BGR in grey, scaled down, and the scale, at most 1."""
    import cv2

    grey = cv2.cvtColor(image, cv2.COLOR_BGR2GRAY)
    if scale < 1:
        grey = cv2.resize(grey, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    return np.asarray(grey, np.uint8), min(1.0, scale)


def dark_letters(copies: Sequence[GreyCopy]) -> list[Floats]:
    """Return the boxes (n, 4) of the dark letters of each copy: x, y, width, height in pixels of the image."""
    return [find_letters(copy.grey) / copy.scale + (copy.x, copy.y, 0, 0) for copy in copies]


def estimate_letter_height(letters: Sequence[Floats]) -> float | None:
    """Return the median height of dark letters (n, 4), upper and lower case, in pixels. None if there are few.

    On a dark ground these are the spots between light letters, or none. ``unread_text.py`` finds what is lost by that.
    """
    heights = np.concatenate(letters)[:, 3]
    return float(np.median(heights)) if len(heights) >= _MIN_COUNT else None


def letter_height_in_lines(image: Pixels, polygons: Sequence[AnyArray]) -> float | None:
    """Return the median height of the letters in a sample of lines, in pixels. None if there are too few letters.

    image: (H, W, 3) BGR. polygons: (4, 2) each. They may be much higher than their letters, so if there are no letters
    of the usual size in them, smaller ones are searched.
    """
    sample = polygons[:: -(-len(polygons) // _SAMPLE_LINES) or 1]
    boxes = [(*np.maximum(polygon.min(axis=0), 0), *polygon.max(axis=0)) for polygon in sample]
    parts = [image[y0:y1, x0:x1] for x0, y0, x1, y1 in boxes if x1 > x0 and y1 > y0]
    for line_height in _LINE_HEIGHTS:
        heights = [_letter_heights(part, line_height / min(part.shape[:2])) for part in parts if part.size]
        if heights and sum(map(len, heights)) >= _MIN_COUNT:
            return float(np.median(np.concatenate(heights)))
    return None


def _letter_heights(image: Pixels, scale: float) -> Floats:
    """Return the heights (n,) of letters in pixels of an image (H, W, 3) BGR, measured in a copy."""
    grey, scale = grey_copy(image, scale)
    return np.asarray(find_dark_or_light_letters(grey)[:, 3] / scale)


def find_letters(grey: Pixels) -> Integers:
    """Return the boxes (n, 4) of x, y, width, height of dark connected components of a letter's size and shape.

    grey: (h, w).
    """
    import cv2

    mode = cv2.ADAPTIVE_THRESH_MEAN_C
    ink = cv2.adaptiveThreshold(grey, 255, mode, cv2.THRESH_BINARY_INV, _WINDOW, _CONTRAST)
    return _letter_boxes(np.asarray(ink, np.uint8))


def find_dark_or_light_letters(grey: Pixels) -> Integers:
    """Return the boxes (n, 4) of the letters, which are lighter or darker than their ground. grey: (h, w).

    Ground near letters also differs from the mean brightness there, in the other direction, and covers more pixels.
    """
    import cv2

    mean = cv2.blur(grey, (_WINDOW, _WINDOW), borderType=cv2.BORDER_REPLICATE)
    dark = np.asarray(cv2.subtract(mean, grey)) >= _CONTRAST
    light = np.asarray(cv2.subtract(grey, mean)) >= _CONTRAST
    return _letter_boxes(min(dark, light, key=np.count_nonzero).view(np.uint8))


def _letter_boxes(ink: Pixels) -> Integers:
    """ink: mask (h, w)."""
    import cv2

    _, _, stats, _ = cv2.connectedComponentsWithStats(ink, connectivity=8)
    boxes, area = stats[1:, :4], stats[1:, cv2.CC_STAT_AREA]
    width, height = boxes[:, 2], boxes[:, 3]
    letters = (
        (height >= _MIN_HEIGHT)
        & (height <= _MAX_HEIGHT)
        & (width >= _MIN_WIDTH)
        & (width <= _MAX_ASPECT * height)
        & (area >= _MIN_FILL * width * height)
    )
    return np.asarray(boxes[letters], np.intp)


def _pieces(width: int, height: int) -> Iterator[tuple[int, int, int, int]]:
    """Yield x, y, width and height of the pieces of an image, each in pixels."""
    long, short = max(width, height), min(width, height)
    length = max(_COPY_SIDE, round(_PIECE_RATIO * short)) if long > ELONGATED * short else long
    for start in range(0, long, length):
        end = min(start + length, long)
        yield (start, 0, end - start, height) if width > height else (0, start, width, end - start)
