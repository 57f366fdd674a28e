"""The detector's resolution follows the size of the text.

A receipt's letters are found on a small copy of it as well as on a large one, at a third of the cost; the small
print of a dense page is not. So the picture's dark spots tell how large a copy is needed. Where the lines found on it
are lower than thought, or none is found, a larger copy is looked at, on which they are high enough.

It stands in the place of PaddleX's own detector inside PaddleOCR's pipeline and keeps its contract.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import TYPE_CHECKING

from .letter_size import letter_height

if TYPE_CHECKING:
    import numpy as np

#: Pixels of the longer side of the smallest copy that is looked at, of the largest, and of that for the smallest print.
SMALLEST, LARGEST, LARGEST_FOR_PRINT = 640, 1152, 1536
#: Height in pixels, on the copy that is looked at, from which on nearly all lines (the lowest tenth aside) are found;
#: and below which whole lines of small print are missed.
HIGH_ENOUGH, LEAST = 16, 9
_LOWEST_SHARE = 10  # percent
#: Height of the lowest lines, as they are found, by that of the letters: 1.37 on average, a little less to be sure.
_LINE_BY_LETTER = 1.3
_WORTH_IT = 1.15  # a copy that is less than so much larger shows nothing new


class Detector:
    """Called with pictures, gives the polygons of their lines. ``seconds``: what the last call took."""

    def __init__(self, predictor) -> None:
        self._predictor = predictor
        self.seconds = 0.0

    def __getattr__(self, name: str):
        return getattr(self._predictor, name)

    def __call__(self, pictures: Sequence[np.ndarray], **settings) -> list:
        started = time.perf_counter()
        found = [self._detect(picture, settings) for picture in pictures]
        self.seconds = time.perf_counter() - started
        return found

    def _detect(self, picture: np.ndarray, settings: dict):
        whole = max(picture.shape[:2])
        side = _first_side(letter_height(picture), whole)
        found = self._at(picture, side, settings)
        better = _side_for(found["dt_polys"], whole)
        return found if better <= side * _WORTH_IT else self._at(picture, better, settings)

    def _at(self, picture: np.ndarray, side: int, settings: dict):
        """PaddleX's result for a copy whose longer side has ``side`` pixels; polygons in pixels of the picture."""
        return next(iter(self._predictor([picture], **{**settings, "limit_side_len": side, "limit_type": "max"})))


def _first_side(letters: float | None, whole: int) -> int:
    """Pixels of the longer side on which lines of such letters (pixels) are high enough; the least where nothing is
    known of them."""
    return _side(_LINE_BY_LETTER * letters, whole) if letters else min(SMALLEST, whole)


def _side_for(polygons, whole: int) -> int:
    """Pixels of the longer side on which the lines that were found are high enough."""
    import numpy as np

    if len(polygons) == 0:
        return min(LARGEST, whole)
    corners = np.asarray(polygons, float)
    edges = np.linalg.norm(corners[:, 1:3] - corners[:, 0:2], axis=2)  # top edge, right edge
    return _side(np.percentile(edges.min(axis=1), _LOWEST_SHARE), whole)


def _side(height: float, whole: int) -> int:
    """Pixels of the longer side for lines of such a height on the picture, whose longer side has ``whole``."""
    scale = whole / max(height, 1)
    wanted, needed = round(HIGH_ENOUGH * scale), round(LEAST * scale)
    return min(whole, max(SMALLEST, min(LARGEST, wanted), min(LARGEST_FOR_PRINT, needed)))
