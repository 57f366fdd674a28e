"""Lines cut out of a picture, straightened.

PaddleX does so by a perspective transform with cubic interpolation, which takes a tenth of the time of a dense page.
Its quadrilaterals are rectangles: one that stands upright needs no interpolation, another one an affine transform.
It stands in the place of PaddleX's own function inside PaddleOCR's pipeline and keeps its contract.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np

_TALL = 1.5  # a line that is higher than this times its width is turned to the left
_UPRIGHT = 0.5  # pixels by which the corners of an upright rectangle may be out of line


def cut_lines(picture: np.ndarray, polygons: Sequence[np.ndarray]) -> list[np.ndarray]:
    """What is in each polygon (4, 2) of a picture (H, W, 3), as arrays (h, w, 3); they may share the picture's memory.

    One without height or width comes out empty.
    """
    return [_cut(picture, polygon) for polygon in polygons]


def _cut(picture: np.ndarray, polygon: np.ndarray) -> np.ndarray:
    import numpy as np

    corners = _corners(polygon)
    top_left, top_right, _, bottom_left = corners
    width, height = (int(np.linalg.norm(corner - top_left)) for corner in (top_right, bottom_left))
    if not width or not height:
        return picture[:0, :0]
    if abs(top_left[1] - top_right[1]) < _UPRIGHT and abs(top_left[0] - bottom_left[0]) < _UPRIGHT:
        x, y = (max(0, round(float(edge))) for edge in top_left)
        line = picture[y : y + height, x : x + width]
    else:
        line = _straightened(picture, corners, width, height)
    return np.rot90(line) if line.shape[0] >= _TALL * line.shape[1] else line


def _straightened(picture: np.ndarray, corners: np.ndarray, width: int, height: int) -> np.ndarray:
    import cv2
    import numpy as np

    level = np.array([(0, 0), (width, 0), (0, height)], np.float32)
    turn = cv2.getAffineTransform(corners[[0, 1, 3]], level)
    return cv2.warpAffine(picture, turn, (width, height), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)


def _corners(polygon: np.ndarray) -> np.ndarray:
    """The corners (4, 2) of the least rectangle around a polygon, clockwise from the top left, as PaddleX has them."""
    import cv2
    import numpy as np

    points = cv2.boxPoints(cv2.minAreaRect(np.asarray(polygon).astype(np.int32)))
    points = points[np.argsort(points[:, 0], kind="stable")]
    left, right = points[:2], points[2:]
    top_left, bottom_left = left if left[1, 1] > left[0, 1] else left[::-1]
    top_right, bottom_right = right if right[1, 1] > right[0, 1] else right[::-1]
    return np.array([top_left, top_right, bottom_right, bottom_left], np.float32)
