"""Drawing and labelling on arrays, with OpenCV, for callers outside the engine."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np


def grey_of(picture: np.ndarray) -> np.ndarray:
    """(H, W) uint8 of a picture (H, W, 3) uint8 RGB."""
    import cv2
    import numpy as np

    return np.asarray(cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY))


def transformed(
    grey: np.ndarray, size: tuple[int, int], coefficients: tuple[float, ...], cubic: bool = False
) -> np.ndarray:
    """A turned or scaled part of a picture (H, W) uint8, white beyond its edges. Three times as fast as Pillow.

    size: (width, height). coefficients: a to f with x' = a x + b y + c and y' = d x + e y + f, from the result to the
    picture, in coordinates whose origin is the corner of a pixel.
    """
    import cv2
    import numpy as np

    a, b, c, d, e, f = coefficients
    # OpenCV's origin is the middle of a pixel.
    matrix = np.array([[a, b, c + (a + b - 1) / 2], [d, e, f + (d + e - 1) / 2]])
    method = (cv2.INTER_CUBIC if cubic else cv2.INTER_LINEAR) | cv2.WARP_INVERSE_MAP
    return np.asarray(cv2.warpAffine(grey, matrix, size, flags=method, borderValue=(255.0,)))


def connected_labels(mask: np.ndarray) -> np.ndarray:
    """(H, W) int32: the number of the area of each pixel that is not 0, from 1. Areas connect at edges, not corners."""
    import cv2
    import numpy as np

    return np.asarray(cv2.connectedComponents(mask, connectivity=4)[1])


def fill_polygon(pixels: np.ndarray, corners: np.ndarray, colour: list[float]) -> None:
    """Fill a convex polygon in place. pixels: (H, W, 3) uint8. corners: (N, 2) x and y in pixels."""
    import cv2
    import numpy as np

    cv2.fillConvexPoly(pixels, corners.round().astype(np.int32), colour)


def scaled(pixels: np.ndarray, width: int, height: int) -> np.ndarray:
    """Scale an array (H, W) or (H, W, 3) uint8 to another size. Pixels are averaged where it gets smaller."""
    import cv2
    import numpy as np

    across, down = round(pixels.shape[1] / max(1, width)), round(pixels.shape[0] / max(1, height))
    if across > 1 and pixels.shape[1] // across == width and down > 1 and pixels.shape[0] // down == height:
        pixels = pixels[: height * down, : width * across]  # whole squares of pixels are averaged ten times faster
    return np.asarray(cv2.resize(pixels, (max(1, width), max(1, height)), interpolation=cv2.INTER_AREA))
