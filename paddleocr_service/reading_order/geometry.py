"""From polygons to upright boxes.

Everything after this file sees boxes (n, 4) float64 of x0, y0, x1, y1 whose rows are level, whose text runs from left
to right and whose rows follow one another downwards. Only the boxes are turned and mirrored; the lines stay as given.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

import numpy as np

from ..results import Line

_STEEPEST_SKEW = 15.0  # degrees; a steeper line is a stamp or a vertical text, not the skew of the page
_ELONGATED = 2.0  # a line that is this much longer than high has a direction that can be trusted


def upright_boxes(lines: Sequence[Line], width: int) -> tuple[np.ndarray, np.ndarray]:
    """Boxes (n, 4) in reading coordinates, and a mask (n,) of the lines that stand upright among level ones."""
    polygons = np.array([line.polygon for line in lines], dtype=np.float64).reshape(-1, 4, 2)
    standing = _standing(polygons, lines)
    if standing.sum() * 2 > len(lines):  # vertical writing: columns of characters, read from right to left
        polygons = np.stack([polygons[..., 1], width - polygons[..., 0]], axis=-1)
        standing = ~standing
    elif _runs_right_to_left(lines):
        polygons = np.stack([width - polygons[..., 0], polygons[..., 1]], axis=-1)
    return _boxes(_levelled(polygons, standing)), standing


def _boxes(polygons: np.ndarray) -> np.ndarray:
    """Boxes (n, 4) as long and as high as the polygons themselves, about their centres.

    A detector's polygons are not quite as skewed as their page, short ones not at all. The boxes around them, once
    levelled, would be higher than the text by a share of its length, and reach into the rows above and below.
    """
    edges = polygons[:, 1] - polygons[:, 0] + polygons[:, 2] - polygons[:, 3]
    others = polygons[:, 3] - polygons[:, 0] + polygons[:, 2] - polygons[:, 1]
    lies = np.abs(edges[:, :1]) >= np.abs(edges[:, 1:])
    quarters = np.stack([np.hypot(*edges.T), np.hypot(*others.T)], axis=1) / 4
    half = np.where(lies, quarters, quarters[:, ::-1])
    centre = polygons.mean(axis=1)
    return np.concatenate([centre - half, centre + half], axis=1)


def _standing(polygons: np.ndarray, lines: Sequence[Line]) -> np.ndarray:
    """Lines of several characters that are higher than wide: (n,) of bool."""
    extent = polygons.max(axis=1) - polygons.min(axis=1)
    several = np.array([len(line.text.strip()) > 2 for line in lines])
    return several & (extent[:, 1] > _ELONGATED * extent[:, 0])


def _levelled(polygons: np.ndarray, standing: np.ndarray) -> np.ndarray:
    """The polygons turned about the origin by the skew of the page: the median slope of its long lines."""
    along = (polygons[:, 1] - polygons[:, 0] + polygons[:, 2] - polygons[:, 3]) / 2
    across = (polygons[:, 3] - polygons[:, 0] + polygons[:, 2] - polygons[:, 1]) / 2
    length = np.hypot(*along.T)
    along = np.where(along[:, :1] < 0, -along, along)  # a corner order that starts elsewhere has the same slope
    slope = np.degrees(np.arctan2(along[:, 1], along[:, 0]))
    usable = ~standing & (length > _ELONGATED * np.hypot(*across.T)) & (np.abs(slope) < _STEEPEST_SKEW)
    if not usable.any():
        return polygons
    skew = np.radians(_weighted_median(slope[usable], length[usable]))
    cos, sin = np.cos(skew), np.sin(skew)
    return polygons @ np.array([[cos, -sin], [sin, cos]])


def _weighted_median(values: np.ndarray, weights: np.ndarray) -> float:
    """The value at which half of the weight is reached; values and weights (n,), n > 0."""
    order = np.argsort(values, kind="stable")
    total = np.cumsum(weights[order])
    return float(values[order][np.searchsorted(total, total[-1] / 2)])


def _runs_right_to_left(lines: Sequence[Line]) -> bool:
    """More Arabic or Hebrew letters than letters that run from left to right."""
    kinds = [unicodedata.bidirectional(character) for line in lines for character in line.text]
    return sum(kind in ("R", "AL") for kind in kinds) > kinds.count("L")
