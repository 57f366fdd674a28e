"""Detect pages that are rotated by 90, 180 or 270 degrees, and turn them upright.

The recogniser's confidence decides, so an upright page costs nothing extra: confidence is high for upright lines (0.95
and more) and low for upside-down lines (0.5 to 0.8). Lines that are taller than wide are rotated to the left before
recognition, so their confidence is high if the text runs downwards, and low if it runs upwards. If most lines of a page
have low confidence, a few of them are recognised in the opposite direction before the whole page is recognised again.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from .polygons import Point, Polygon, bounds
from .results import Line, Recognition

if TYPE_CHECKING:
    from .arrays import Pixels

_HIGH_CONFIDENCE = 0.9  # confidence of a line in the right direction
_HIGH_CONFIDENCE_SHARE = 0.5  # share of such lines on a page in the right direction
_MIN_ASPECT = 1.5  # of lines that are used; PaddleOCR rotates lines that are this many times as tall as wide
_SAMPLE_LINES = 6  # lines that are recognised in the opposite direction
#: Chinese and Japanese are also written vertically, so their pages are never rotated for vertical lines. Read in
#: columns from right to left, the lines are in the right order in both cases.
_VERTICAL_SCRIPT = re.compile("[\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]")


def recognize_upright(recognize: Callable[[Pixels], list[Line]], image: Pixels) -> tuple[list[Line], int]:
    """Return the lines of an image (H, W, 3), and the clockwise rotation in degrees that makes it upright.

    recognize: returns the lines of an image. The polygons are in pixels of the rotated image.
    """
    lines = recognize(image)
    rotation = _find_rotation(recognize, image, lines)
    return (recognize(rotated(image, rotation)), rotation) if rotation else (lines, 0)


def rotated(image: Pixels, degrees: int) -> Pixels:
    """Return a contiguous copy, rotated clockwise by a multiple of 90 degrees."""
    import numpy as np

    return np.ascontiguousarray(np.rot90(image, -degrees // 90))


def lines_as_given(page: Recognition) -> tuple[Line, ...]:
    """Return the lines with polygons in pixels of the input image, before it was rotated.

    The first corner of a polygon stays the text's top left.
    """
    width, height = page.width, page.height

    def rotate_back(point: Point) -> Point:
        x, y = point
        return {90: (y, width - x), 180: (width - x, height - y), 270: (height - y, x)}[page.orientation]

    return tuple(line.transformed(rotate_back) for line in page.lines) if page.orientation else page.lines


def _find_rotation(recognize: Callable[[Pixels], list[Line]], image: Pixels, lines: Sequence[Line]) -> int:
    """Return the clockwise rotation in degrees that makes the image upright, confirmed on a sample of lines."""
    confident, uncertain = _split_by_confidence(lines)
    if len(confident) >= _HIGH_CONFIDENCE_SHARE * (len(confident) + len(uncertain)):
        vertical = sum(_is_vertical(line.polygon) for line in confident)
        return 270 if 2 * vertical > len(confident) and not _is_vertical_script(confident) else 0
    mostly_vertical = 2 * sum(_is_vertical(line.polygon) for line in uncertain) > len(uncertain)
    rotation = 90 if mostly_vertical else 180
    sample = [line.polygon for line in uncertain if _is_vertical(line.polygon) == mostly_vertical]
    confident, uncertain = _split_by_confidence(recognize(_sample_image(image, sample, rotation)))
    return rotation if _character_count(confident) > _character_count(uncertain) else 0


def _split_by_confidence(lines: Sequence[Line]) -> tuple[list[Line], list[Line]]:
    """Split into lines of high and of low confidence. Single characters are ignored: they show no direction."""
    long = [line for line in lines if max(_size(line.polygon)) > _MIN_ASPECT * min(_size(line.polygon))]
    confident = [line for line in long if line.confidence >= _HIGH_CONFIDENCE]
    return confident, [line for line in long if line.confidence < _HIGH_CONFIDENCE]


def _character_count(lines: Sequence[Line]) -> int:
    return sum(len(line.text) for line in lines)


def _is_vertical_script(lines: Sequence[Line]) -> bool:
    text = "".join(line.text for line in lines)
    return 2 * len(_VERTICAL_SCRIPT.findall(text)) > len(text)


def _sample_image(image: Pixels, polygons: Sequence[Polygon], rotation: int) -> Pixels:
    """Return an image (H, W, 3) of the longest lines, rotated, one below the other, on the page's background colour."""
    import numpy as np

    longest = sorted(polygons, key=lambda polygon: -max(_size(polygon)))[:_SAMPLE_LINES]
    lines = [rotated(_crop(image, polygon), rotation) for polygon in longest]
    margin = max(line.shape[0] for line in lines) // 2
    width = max(line.shape[1] for line in lines) + 2 * margin
    height = sum(line.shape[0] + margin for line in lines) + margin
    sample = np.empty((height, width, 3), np.uint8)
    sample[:] = np.median(np.concatenate([line.reshape(-1, 3) for line in lines]), axis=0)
    top = margin
    for line in lines:
        sample[top : top + line.shape[0], margin : margin + line.shape[1]] = line
        top += line.shape[0] + margin
    return sample


def _crop(image: Pixels, polygon: Polygon) -> Pixels:
    """Return the content of a polygon, straightened, without the lines around it."""
    import cv2
    import numpy as np

    corners = np.array(polygon, np.float32)
    width, height = (max(1, round(float(np.hypot(*(corners[end] - corners[0]))))) for end in (1, 3))
    target = np.array([(0, 0), (width, 0), (width, height), (0, height)], np.float32)
    transform = cv2.getPerspectiveTransform(corners, target)
    return np.asarray(cv2.warpPerspective(image, transform, (width, height)), np.uint8)


def _is_vertical(polygon: Polygon) -> bool:
    width, height = _size(polygon)
    return height > width


def _size(polygon: Polygon) -> tuple[float, float]:
    """Return width and height of the bounding box."""
    x0, y0, x1, y1 = bounds(polygon)
    return x1 - x0, y1 - y0
