"""Straighten pictures whose text is strongly skewed, as on a page that lies askew in a photograph.

The detector is trained on text that is roughly horizontal. Of lines skewed by 60 degrees it misses half, or parts.
"""

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from .arrays import AnyArray, Floats, Pixels

_MIN_SKEW, _MAX_SKEW = 20.0, 75.0  # degrees; the detector finds lines that are skewed by less, or stand
_TOLERANCE = 5.0  # degrees by which lines of the same skew differ
_MIN_ASPECT = 2.0  # longer by shorter side of a line that shows the skew
_MIN_LINES = 4
_MIN_SHARE = 0.8  # of the summed length of all lines that show a skew
_MAX_PIXELS = 50_000_000  # of the turned image; one of a long image would be mostly empty
_MAX_GROWTH = 2.2  # pixels of the turned image by those of the image; 2.06 for a page at 45 degrees


def common_skew(polygons: Any) -> float | None:
    """Return the angle of lines (n, 4, 2) in degrees, clockwise. None if they differ, or need not be straightened."""
    corners = np.asarray(polygons, float).reshape(-1, 4, 2)
    edges = corners[:, 1:3] - corners[:, 0:2]  # top edge, right edge
    lengths = np.linalg.norm(edges, axis=2)
    long = lengths.max(axis=1) >= _MIN_ASPECT * np.maximum(lengths.min(axis=1), 1)
    if long.sum() < _MIN_LINES:
        return None
    longer = edges[np.arange(len(edges)), lengths.argmax(axis=1)][long]
    angles, weights = _angles(longer), np.linalg.norm(longer, axis=1)
    order = np.argsort(angles)
    median = angles[order][np.searchsorted(np.cumsum(weights[order]), weights.sum() / 2)]
    same = abs(angles - median) <= _TOLERANCE
    if not _MIN_SKEW <= abs(median) <= _MAX_SKEW or weights[same].sum() < _MIN_SHARE * weights.sum():
        return None
    return float(np.average(angles[same], weights=weights[same]))


def can_straighten(width: int, height: int, skew: float) -> bool:
    """Return whether an image of this size in pixels does not become too large when it is turned."""
    turned_width, turned_height = _turned_size(width, height, skew)
    return turned_width * turned_height <= min(_MAX_PIXELS, _MAX_GROWTH * width * height)


def straighten(image: Pixels, skew: float) -> tuple[Pixels, Callable[[Any], AnyArray]]:
    """Return an image (H, W, 3) turned so that lines at an angle of ``skew`` degrees become horizontal.

    The function returned maps polygons (n, 4, 2) in pixels of the turned image to int32 pixels of the image.
    """
    import cv2

    height, width = image.shape[:2]
    turn: Floats = np.asarray(cv2.getRotationMatrix2D((width / 2, height / 2), skew, 1), np.float64)
    size = _turned_size(width, height, skew)
    turn[:, 2] += (np.array(size) - (width, height)) / 2
    ground = np.median(np.concatenate([image[0], image[-1], image[:, 0], image[:, -1]]), axis=0).tolist()
    turned = cv2.warpAffine(image, turn, size, flags=cv2.INTER_LINEAR, borderValue=ground)
    back = np.asarray(cv2.invertAffineTransform(turn))

    def map_back(polygons: Any) -> AnyArray:
        points = np.asarray(polygons, float).reshape(-1, 4, 2)
        return np.asarray((points @ back[:, :2].T + back[:, 2]).round(), np.int32)

    return np.asarray(turned, np.uint8), map_back


def _angles(vectors: Floats) -> Floats:
    """Return the angles of vectors (n, 2) in degrees, -90 to 90."""
    angles = np.degrees(np.arctan2(vectors[:, 1], vectors[:, 0]))
    return np.asarray((angles + 90) % 180 - 90)


def _turned_size(width: int, height: int, skew: float) -> tuple[int, int]:
    cosine, sine = abs(math.cos(math.radians(skew))), abs(math.sin(math.radians(skew)))
    return round(width * cosine + height * sine), round(width * sine + height * cosine)
