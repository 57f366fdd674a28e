"""Estimate the height of the letters in an image without running a network."""

import numpy as np

from .arrays import Pixels

# In pixels of the scaled copy, unless noted.
_COPY_SIDE = 1024  # longer side of the copy; processing takes a few milliseconds
_WINDOW = 31  # neighbourhood whose mean brightness a pixel is compared with
_CONTRAST = 12  # grey levels by which a dark pixel is darker than that mean
_MIN_HEIGHT = 5
_MAX_HEIGHT = 120
_MIN_WIDTH = 2
_MAX_ASPECT = 4  # width by height; touching letters stay below it, rules do not
_MIN_FILL = 0.15  # share of its box that a letter covers
_MIN_COUNT = 30  # fewer letters give no reliable estimate


def estimate_letter_height(image: Pixels) -> float | None:
    """Return the median height of the letters, upper and lower case, in pixels of ``image`` (H, W, 3) BGR.

    Dark connected components of a letter's size and shape are measured. None if there are too few of them.
    """
    import cv2

    scale = min(1.0, _COPY_SIDE / max(image.shape[:2]))
    grey = cv2.cvtColor(image, cv2.COLOR_BGR2GRAY)
    if scale < 1:
        grey = cv2.resize(grey, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    dark = cv2.adaptiveThreshold(grey, 255, cv2.ADAPTIVE_THRESH_MEAN_C, cv2.THRESH_BINARY_INV, _WINDOW, _CONTRAST)
    _, _, stats, _ = cv2.connectedComponentsWithStats(dark, connectivity=8)
    width, height, area = (stats[1:, column] for column in (cv2.CC_STAT_WIDTH, cv2.CC_STAT_HEIGHT, cv2.CC_STAT_AREA))
    letters = (
        (height >= _MIN_HEIGHT)
        & (height <= _MAX_HEIGHT)
        & (width >= _MIN_WIDTH)
        & (width <= _MAX_ASPECT * height)
        & (area >= _MIN_FILL * width * height)
    )
    return float(np.median(height[letters])) / scale if letters.sum() >= _MIN_COUNT else None
