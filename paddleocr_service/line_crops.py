"""Crop the detected lines from an image and straighten them.

PaddleX uses a perspective transform with cubic interpolation, which takes a tenth of the time of a dense page. But its
quadrilaterals are rectangles: an upright one needs no interpolation, any other one only an affine transform.
``crop_lines`` replaces PaddleX's function inside PaddleOCR's pipeline and has the same interface.
"""

import math
from collections.abc import Sequence

import numpy as np

from .arrays import Pixels, Tensor
from .ink_rows import is_one_character
from .polygons import Polygon

_STANDING_ASPECT = 1.5  # a line at least this many times as tall as wide is rotated to the left
_PIXEL_CENTRE = np.float32(0.5)  # a pixel's coordinates in OpenCV are those of its centre
_UPRIGHT_TOLERANCE = 0.5  # pixels by which the corners of an upright rectangle may be out of line


def crop_lines(image: Pixels, polygons: Sequence[Tensor]) -> list[Pixels]:
    """Return the content of each polygon (4, 2) of an image (H, W, 3) as arrays (h, w, 3).

    A standing line is rotated to the left, so that text which runs downwards runs from left to right. A single
    character is not rotated: most digits and letters are taller than wide.

    The arrays may share memory with the image. A polygon without width or height gives an empty array.
    """
    return [_crop(image, polygon) for polygon in polygons]


def crop_along(image: Pixels, polygon: Polygon) -> Pixels:
    """Return the content of a polygon, whose first corner is the start of the text, with the text running to the right.

    A polygon without width or height gives an array of at least one pixel.
    """
    corners = np.array(polygon, np.float32)
    width, height = (max(1, round(float(np.linalg.norm(corners[end] - corners[0])))) for end in (1, 3))
    return _straightened(image, corners - _PIXEL_CENTRE, width, height, -float(_PIXEL_CENTRE))


def is_standing(polygon: Sequence[Sequence[float]] | Tensor) -> bool:
    """Return whether ``crop_lines`` treats a polygon as a line of text that runs downwards."""
    if math.dist(polygon[0], polygon[3]) <= math.dist(polygon[0], polygon[1]):
        return False  # most lines; what follows takes 50 microseconds
    top_left, top_right, _, bottom_left = _corners(np.asarray(polygon))
    width, height = (int(np.linalg.norm(corner - top_left)) for corner in (top_right, bottom_left))
    return bool(height >= _STANDING_ASPECT * width)


def _crop(image: Pixels, polygon: Tensor) -> Pixels:
    corners = _corners(polygon)
    top_left, top_right, _, bottom_left = corners
    width, height = (int(np.linalg.norm(corner - top_left)) for corner in (top_right, bottom_left))
    if not width or not height:
        return image[:0, :0]
    if abs(top_left[1] - top_right[1]) < _UPRIGHT_TOLERANCE and abs(top_left[0] - bottom_left[0]) < _UPRIGHT_TOLERANCE:
        x, y = (max(0, round(float(edge))) for edge in top_left)
        line = image[y : y + height, x : x + width]
    else:
        line = _straightened(image, corners, width, height)
    standing = line.shape[0] >= _STANDING_ASPECT * line.shape[1]
    return np.rot90(line) if standing and not is_one_character(line) else line


def _straightened(image: Pixels, corners: Tensor, width: int, height: int, origin: float = 0.0) -> Pixels:
    import cv2

    target = np.array([(0, 0), (width, 0), (0, height)], np.float32) + np.float32(origin)
    transform = cv2.getAffineTransform(corners[[0, 1, 3]], target)
    line = cv2.warpAffine(image, transform, (width, height), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(line, np.uint8)


def _corners(polygon: Tensor) -> Tensor:
    """Return the corners (4, 2) of the minimum-area rectangle, clockwise from the top left, in PaddleX's order."""
    import cv2

    points = cv2.boxPoints(cv2.minAreaRect(np.asarray(polygon).astype(np.int32)))
    points = points[np.argsort(points[:, 0], kind="stable")]
    left, right = points[:2], points[2:]
    top_left, bottom_left = left if left[1, 1] > left[0, 1] else left[::-1]
    top_right, bottom_right = right if right[1, 1] > right[0, 1] else right[::-1]
    return np.array([top_left, top_right, bottom_right, bottom_left], np.float32)
