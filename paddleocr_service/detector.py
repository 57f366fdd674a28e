"""Text detection at a resolution that follows the size of the text.

A small copy of the image is enough for large print, as on a receipt, and costs a third of a large copy. It is not
enough for the small print of a dense page. So the height of the letters is estimated first, and determines the size of
the copy. If the detected lines are smaller than estimated, or none is detected, a larger copy is used. If small letters
remain outside of the detected lines, only their regions are detected again, see ``unread_text.py``. A picture whose
lines are strongly skewed is straightened first, see ``skew.py``. Digits that stand alone in a grid are found without
the network, see ``character_grid.py``.

``Detector`` replaces PaddleX's detector inside PaddleOCR's pipeline and has the same interface.
"""

import math
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from .arrays import Pixels
from .character_grid import add_grid_of_characters
from .letter_height import (
    ELONGATED,
    GreyCopy,
    dark_letters,
    estimate_letter_height,
    grey_copies,
    letter_height_in_lines,
)
from .margins import add_margin, needs_margin, remove_margin
from .merging import merge_polygons
from .skew import can_straighten, common_skew, straighten
from .unread_text import Region, find_unread_regions


@dataclass(frozen=True)
class Resolution:
    """All values in pixels of the scaled copy, unless noted. "Side" is the longer side of the copy."""

    min_side: int = 640
    max_side: int = 1152
    max_side_for_small_print: int = 1536  # if lines would be smaller than min_line_height on max_side
    page_side: int = 4096  # of the image; the limit for small print grows with larger images, which have many pages
    page_ratio: float = 2.0  # of the sides; the shorter side of an elongated image may be as long as on such a page
    line_height: int = 16  # nearly all lines of this height and more are found
    min_line_height: int = 9  # some smaller lines are missed completely
    low_percentile: int = 10  # this percentile of the line heights is the height of the text
    line_to_letter_height: float = 1.3  # ratio; 1.37 on average over 43 sample images, rounded down to be safe
    min_gain: float = 1.15  # ratio of the sides; a copy that is only slightly larger is of no use
    region_step: int = 128  # regions are enlarged to multiples of this, so that the network gets few different shapes
    max_region_pixels: int = 16_000_000  # of all regions together, 15 pages; larger ones get a smaller copy


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
        if needs_margin(image):
            result = self._detect_text(add_margin(image), settings)
            return {**result, "dt_polys": remove_margin(result["dt_polys"], image)}
        return self._detect_text(image, settings)

    def _detect_text(self, image: Pixels, settings: dict[str, Any], may_turn: bool = True) -> dict[str, Any]:
        copies = grey_copies(image)
        letters = dark_letters(copies)
        height, width = image.shape[:2]
        side = _first_side(estimate_letter_height(letters), width, height)
        result = self._detect_at(image, side, settings)
        needed = self._needed_side(image, result["dt_polys"])
        if needed > side * RESOLUTION.min_gain:
            side, result = needed, self._detect_at(image, needed, settings)
        if may_turn:
            skew = common_skew(result["dt_polys"])
            if skew is not None and can_straighten(width, height, skew):
                turned, map_back = straighten(image, skew)
                found = self._detect_text(turned, settings, may_turn=False)
                return {**result, "dt_polys": map_back(found["dt_polys"])}
        result = self._detect_unread(image, copies, result, side / max(width, height), settings)
        return {**result, "dt_polys": add_grid_of_characters(copies, letters, result["dt_polys"])}

    def _needed_side(self, image: Pixels, polygons: Any) -> int:
        """Return the side at which the detected lines are large enough; polygons (n, 4, 2)."""
        height, width = image.shape[:2]
        needed = _side_for_lines(polygons, width, height)
        if max(width, height) <= RESOLUTION.page_side:
            return needed
        letter_height = letter_height_in_lines(image, polygons)  # lines of few pixels on the copy are detected too high
        return max(needed, _first_side(letter_height, width, height)) if letter_height else needed

    def _detect_unread(
        self, image: Pixels, copies: Sequence[GreyCopy], result: dict[str, Any], scale: float, settings: dict[str, Any]
    ) -> dict[str, Any]:
        """Add lines that the first result lacks because they are too small at its scale (size of the copy by image)."""
        if scale >= 1:
            return result
        too_small = RESOLUTION.min_line_height / RESOLUTION.line_to_letter_height / scale
        for region, region_scale in _with_scales(find_unread_regions(image, copies, result["dt_polys"], too_small)):
            x0, y0, x1, y1 = _enlarged(region, region_scale, *image.shape[1::-1])
            side = round(region_scale * max(x1 - x0, y1 - y0))
            found = self._detect_at(np.ascontiguousarray(image[y0:y1, x0:x1]), side, settings)
            moved = np.asarray(found["dt_polys"], np.int32).reshape(-1, 4, 2) + (x0, y0)
            result = {**result, "dt_polys": merge_polygons(result["dt_polys"], moved)}
        return result

    def _detect_at(self, image: Pixels, side: int, settings: dict[str, Any]) -> dict[str, Any]:
        """Return PaddleX's result for a copy whose longer side is ``side``; polygons in pixels of ``image``."""
        results = self._predictor([image], **{**settings, "limit_side_len": side, "limit_type": "max"})
        result: dict[str, Any] = next(iter(results))
        return result


def _first_side(letter_height: float | None, width: int, height: int) -> int:
    """Return the side for the first run, by the height of the letters; the smallest side if it is unknown."""
    if letter_height is None:
        return min(RESOLUTION.min_side, max(width, height))
    return _side_for(RESOLUTION.line_to_letter_height * letter_height, width, height)


def _side_for_lines(polygons: Any, width: int, height: int) -> int:
    """Return the side at which the detected lines are large enough; polygons (n, 4, 2)."""
    if len(polygons) == 0:
        return min(round(RESOLUTION.max_side * _elongation(width, height)), max(width, height))
    corners = np.asarray(polygons, float)
    edges = np.linalg.norm(corners[:, 1:3] - corners[:, 0:2], axis=2)  # top edge, right edge
    return _side_for(float(np.percentile(edges.min(axis=1), RESOLUTION.low_percentile)), width, height)


def _side_for(line_height: float, width: int, height: int) -> int:
    """Return the side for lines of this height; all arguments in pixels of the original image."""
    limits, full_side = RESOLUTION, max(width, height)
    scale, elongation = full_side / max(line_height, 1), _elongation(width, height)
    side = min(limits.max_side * elongation, limits.line_height * scale)
    small_print_limit = limits.max_side_for_small_print * max(elongation, full_side / limits.page_side)
    side_for_small_print = min(small_print_limit, limits.min_line_height * scale)
    return min(full_side, max(limits.min_side, round(side), round(side_for_small_print)))


def _elongation(width: int, height: int) -> float:
    """Return the factor for the largest side: of an elongated image, the shorter side is limited instead."""
    ratio = max(width, height) / min(width, height)
    return ratio / RESOLUTION.page_ratio if ratio > ELONGATED else 1.0


def _with_scales(regions: Sequence[Region]) -> list[tuple[Region, float]]:
    """Return each region with the size of its copy by its own size."""
    line_height = RESOLUTION.line_height / RESOLUTION.line_to_letter_height
    scales = [min(1.0, line_height / region.letter_height) for region in regions]
    pixels = sum(
        (region.x1 - region.x0) * (region.y1 - region.y0) * scale**2
        for region, scale in zip(regions, scales, strict=True)
    )
    limit = min(1.0, math.sqrt(RESOLUTION.max_region_pixels / max(pixels, 1)))
    return [(region, scale * limit) for region, scale in zip(regions, scales, strict=True)]


def _enlarged(region: Region, scale: float, width: int, height: int) -> tuple[int, int, int, int]:
    """Return x0, y0, x1, y1 of a region, enlarged to a multiple of the step on its copy, within the image."""
    step = RESOLUTION.region_step / scale
    x0, x1 = _widened(region.x0, region.x1, step, width)
    y0, y1 = _widened(region.y0, region.y1, step, height)
    return x0, y0, x1, y1


def _widened(start: int, end: int, step: float, limit: int) -> tuple[int, int]:
    size = math.ceil((end - start) / step) * step
    start = max(0, min(round((start + end - size) / 2), math.floor(limit - size)))
    return start, min(limit, start + round(size))
