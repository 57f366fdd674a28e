"""Text detection at a resolution that follows the size of the text.

A small copy of the image is enough for large print, as on a receipt, and costs a third of a large copy. It is not
enough for the small print of a dense page. So the height of the letters is estimated first, and determines the size of
the copy. If the detected lines are smaller than estimated, or none is detected, a larger copy is used.

``Detector`` replaces PaddleX's detector inside PaddleOCR's pipeline and has the same interface.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from .arrays import Pixels
from .letter_height import estimate_letter_height


@dataclass(frozen=True)
class Resolution:
    """All values in pixels of the scaled copy, unless noted. "Side" is the longer side of the copy."""

    min_side: int = 640
    max_side: int = 1152
    max_side_for_small_print: int = 1536  # if lines would be smaller than min_line_height on max_side
    line_height: int = 16  # nearly all lines of this height and more are found
    min_line_height: int = 9  # some smaller lines are missed completely
    low_percentile: int = 10  # this percentile of the line heights is the height of the text
    line_to_letter_height: float = 1.3  # ratio; 1.37 on average over 43 sample images, rounded down to be safe
    min_gain: float = 1.15  # ratio of the sides; a copy that is only slightly larger is of no use


RESOLUTION = Resolution()


class Detector:
    """Called with images, returns the polygons of their lines. ``seconds`` is the duration of the last call."""

    def __init__(self, predictor: Any) -> None:
        """predictor: PaddleX's detector."""
        self._predictor = predictor
        self.seconds = 0.0

    def __getattr__(self, name: str) -> Any:
        return getattr(self._predictor, name)

    def __call__(self, images: Sequence[Pixels], **settings: Any) -> list[dict[str, Any]]:
        started = time.perf_counter()
        results = [self._detect(image, settings) for image in images]
        self.seconds = time.perf_counter() - started
        return results

    def _detect(self, image: Pixels, settings: dict[str, Any]) -> dict[str, Any]:
        full_side = max(image.shape[:2])
        side = _first_side(estimate_letter_height(image), full_side)
        result = self._detect_at(image, side, settings)
        needed = _needed_side(result["dt_polys"], full_side)
        return result if needed <= side * RESOLUTION.min_gain else self._detect_at(image, needed, settings)

    def _detect_at(self, image: Pixels, side: int, settings: dict[str, Any]) -> dict[str, Any]:
        """Return PaddleX's result for a copy whose longer side is ``side``; polygons in pixels of ``image``."""
        results = self._predictor([image], **{**settings, "limit_side_len": side, "limit_type": "max"})
        result: dict[str, Any] = next(iter(results))
        return result


def _first_side(letter_height: float | None, full_side: int) -> int:
    """Return the side for the first run, by the height of the letters; the smallest side if it is unknown."""
    if letter_height is None:
        return min(RESOLUTION.min_side, full_side)
    return _side_for(RESOLUTION.line_to_letter_height * letter_height, full_side)


def _needed_side(polygons: Any, full_side: int) -> int:
    """Return the side at which the detected lines are large enough; polygons (n, 4, 2)."""
    if len(polygons) == 0:
        return min(RESOLUTION.max_side, full_side)
    corners = np.asarray(polygons, float)
    edges = np.linalg.norm(corners[:, 1:3] - corners[:, 0:2], axis=2)  # top edge, right edge
    return _side_for(float(np.percentile(edges.min(axis=1), RESOLUTION.low_percentile)), full_side)


def _side_for(line_height: float, full_side: int) -> int:
    """Return the side for lines of this height; both arguments in pixels of the original image."""
    limits, scale = RESOLUTION, full_side / max(line_height, 1)
    side = min(limits.max_side, round(limits.line_height * scale))
    side_for_small_print = min(limits.max_side_for_small_print, round(limits.min_line_height * scale))
    return min(full_side, max(limits.min_side, side, side_for_small_print))
