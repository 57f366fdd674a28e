"""How high the letters of a picture are, told by its dark spots: no network is asked."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np

_SIDE = 1024  # pixels of the longer side of the copy that is looked at: a few milliseconds
_AROUND, _DARKER = 31, 12  # a spot is darker by so much than the mean of so many pixels around
_LOWEST, _HIGHEST, _NARROWEST = 5, 120, 2  # pixels, of a letter on the copy
_WIDEST = 4  # in heights: letters may touch each other, rules do more
_FILLED = 0.15  # of its box
_FEWEST = 30  # spots that tell something


def letter_height(picture: np.ndarray) -> float | None:
    """Median height of the letters, capitals and small ones, in pixels of the picture (H, W, 3) uint8; None where there
    are too few dark spots of a letter's shape to tell."""
    import cv2
    import numpy as np

    scale = min(1.0, _SIDE / max(picture.shape[:2]))
    grey = cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY)
    if scale < 1:
        grey = cv2.resize(grey, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    spots = cv2.adaptiveThreshold(grey, 255, cv2.ADAPTIVE_THRESH_MEAN_C, cv2.THRESH_BINARY_INV, _AROUND, _DARKER)
    _, _, found, _ = cv2.connectedComponentsWithStats(spots, connectivity=8)
    width, height, area = (found[1:, column] for column in (cv2.CC_STAT_WIDTH, cv2.CC_STAT_HEIGHT, cv2.CC_STAT_AREA))
    letters = (
        (height >= _LOWEST)
        & (height <= _HIGHEST)
        & (width >= _NARROWEST)
        & (width <= _WIDEST * height)
        & (area >= _FILLED * width * height)
    )
    return float(np.median(height[letters])) / scale if letters.sum() >= _FEWEST else None
