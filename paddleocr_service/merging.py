"""Merge the lines that several runs of the detector find in the same image."""

from typing import Any

import numpy as np

from .arrays import AnyArray

_SAME_LINE = 0.5  # share of the smaller of two polygons that the larger one covers, if both are of the same line


def merge_polygons(first: Any, second: Any) -> AnyArray:
    """Return the polygons of two runs, each (n, 4, 2), as one array of int32.

    Where both have found the same text, the larger polygon is used: the smaller one is a part of the line.
    """
    known, found = (np.asarray(run, np.int32).reshape(-1, 4, 2) for run in (first, second))
    for polygon in found:
        same = np.array([_overlap(polygon, other) >= _SAME_LINE for other in known], np.bool_)
        if not same.any():
            known = np.concatenate([known, polygon[None]])
        elif _area(polygon) > sum(map(_area, known[same])):
            known = np.concatenate([known[np.logical_not(same)], polygon[None]])
    return known


def _overlap(first: AnyArray, second: AnyArray) -> float:
    """Return the common area of two convex polygons (4, 2) by the area of the smaller one, 0..1."""
    import cv2

    if (first.max(axis=0) <= second.min(axis=0)).any() or (second.max(axis=0) <= first.min(axis=0)).any():
        return 0.0
    common, _ = cv2.intersectConvexConvex(first.astype(np.float32), second.astype(np.float32))
    return float(common) / max(1.0, min(_area(first), _area(second)))


def _area(polygon: AnyArray) -> float:
    import cv2

    return float(cv2.contourArea(polygon.astype(np.float32)))
