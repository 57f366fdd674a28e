"""Convert polygons to upright boxes.

All other modules work on boxes (n, 4) float64 of x0, y0, x1, y1 in reading coordinates: rows are level, text runs from
left to right, and rows follow each other from top to bottom. Only the boxes are transformed, not the lines.
"""

import unicodedata
from collections.abc import Sequence

import numpy as np

from ..arrays import Boxes, Floats, Mask
from ..results import Line

_MAX_SKEW = 15.0  # degrees; a steeper line is a stamp or vertical text, not the skew of the page
_MIN_ASPECT = 2.0  # the direction of a line is reliable if it is this many times as long as high


def upright_boxes(lines: Sequence[Line], width: int) -> tuple[Boxes, Mask]:
    """Return boxes (n, 4) in reading coordinates, and a mask (n,) of lines across the writing direction."""
    polygons = np.array([line.polygon for line in lines], dtype=np.float64).reshape(-1, 4, 2)
    across = _is_vertical(polygons, lines)
    if across.sum() * 2 > len(lines):  # vertical writing: columns of characters, read from right to left
        polygons = np.stack([polygons[..., 1], width - polygons[..., 0]], axis=-1)
        across = ~across
    elif _is_right_to_left(lines):
        polygons = np.stack([width - polygons[..., 0], polygons[..., 1]], axis=-1)
    return _boxes(_deskew(polygons, across)), across


def _boxes(polygons: Floats) -> Boxes:
    """Return boxes (n, 4) with the centre, length and height of each polygon (n, 4, 2).

    Bounding boxes would be too high: a detector's polygons are slightly less skewed than the page, short ones not at
    all. After deskewing, their bounding boxes would reach into the rows above and below.
    """
    edges = polygons[:, 1] - polygons[:, 0] + polygons[:, 2] - polygons[:, 3]
    others = polygons[:, 3] - polygons[:, 0] + polygons[:, 2] - polygons[:, 1]
    is_horizontal = np.abs(edges[:, :1]) >= np.abs(edges[:, 1:])
    quarters = np.stack([np.hypot(*edges.T), np.hypot(*others.T)], axis=1) / 4
    half = np.where(is_horizontal, quarters, quarters[:, ::-1])
    centre = polygons.mean(axis=1)
    return np.concatenate([centre - half, centre + half], axis=1)


def _is_vertical(polygons: Floats, lines: Sequence[Line]) -> Mask:
    """Return a mask (n,) of lines with several characters that are taller than wide."""
    extent = polygons.max(axis=1) - polygons.min(axis=1)
    several = np.array([len(line.text.strip()) > 2 for line in lines])
    vertical: Mask = several & (extent[:, 1] > _MIN_ASPECT * extent[:, 0])
    return vertical


def _deskew(polygons: Floats, across: Mask) -> Floats:
    """Rotate the polygons about the origin by the skew of the page: the median slope of its long lines."""
    along = (polygons[:, 1] - polygons[:, 0] + polygons[:, 2] - polygons[:, 3]) / 2
    height = (polygons[:, 3] - polygons[:, 0] + polygons[:, 2] - polygons[:, 1]) / 2
    length = np.hypot(*along.T)
    along = np.where(along[:, :1] < 0, -along, along)  # the slope does not depend on the first corner
    slope = np.degrees(np.arctan2(along[:, 1], along[:, 0]))
    usable = ~across & (length > _MIN_ASPECT * np.hypot(*height.T)) & (np.abs(slope) < _MAX_SKEW)
    if not usable.any():
        return polygons
    skew = np.radians(_weighted_median(slope[usable], length[usable]))
    cos, sin = np.cos(skew), np.sin(skew)
    level: Floats = polygons @ np.array([[cos, -sin], [sin, cos]])
    return level


def _weighted_median(values: Floats, weights: Floats) -> float:
    """Return the value at which half of the total weight is reached; values and weights (n,), n > 0."""
    order = np.argsort(values, kind="stable")
    total = np.cumsum(weights[order])
    return float(values[order][np.searchsorted(total, total[-1] / 2)])


def _is_right_to_left(lines: Sequence[Line]) -> bool:
    """Return whether there are more Arabic or Hebrew letters than letters of left-to-right scripts."""
    kinds = [unicodedata.bidirectional(character) for line in lines for character in line.text]
    return sum(kind in ("R", "AL") for kind in kinds) > kinds.count("L")
