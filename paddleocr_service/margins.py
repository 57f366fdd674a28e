"""Add a margin to small images that are cut close to their text.

The detector does not find text that touches the edge of a small image: a line of 15 pixels cut at its letters is lost,
with 4 pixels around it, it is found.
"""

from typing import Any

import numpy as np

from .arrays import AnyArray, Pixels

#: Pixels of the shorter side; smaller images get a margin.
_SMALL = 64
MARGIN = 16  # pixels


def needs_margin(image: Pixels) -> bool:
    return bool(min(image.shape[:2]) < _SMALL)


def add_margin(image: Pixels) -> Pixels:
    """Return an image (H, W, 3) with a margin on each side, in the median colour of its edges."""
    import cv2

    edges = np.concatenate([image[0], image[-1], image[:, 0], image[:, -1]])
    colour = np.median(edges, axis=0).tolist()
    bordered = cv2.copyMakeBorder(image, MARGIN, MARGIN, MARGIN, MARGIN, cv2.BORDER_CONSTANT, value=colour)
    return np.asarray(bordered, np.uint8)


def remove_margin(polygons: Any, image: Pixels) -> AnyArray:
    """Return polygons (n, 4, 2) of the image with a margin in pixels of the image without, limited to its edges."""
    height, width = image.shape[:2]
    return np.clip(np.asarray(polygons, np.int32).reshape(-1, 4, 2) - MARGIN, 0, (width, height))
