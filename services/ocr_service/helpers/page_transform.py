"""Boxes and polygons: from MuPDF's points to pixels of the page as displayed."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from paddleocr_service import Polygon

if TYPE_CHECKING:
    import pymupdf

#: x0, y0, x1, y1
Box = tuple[float, float, float, float]
#: Sine below which text counts as parallel to an axis.
_PARALLEL = 0.02
#: Share of a box that must be inside another for "inside".
_INSIDE = 0.9


@dataclass(frozen=True, slots=True)
class PageTransform:
    """Maps points of a page to pixels of the page as displayed. `matrix` (a to f, as in PDF) rotates and zooms.

    width, height: pixels of the rendered page. zoom: pixels per point.
    """

    matrix: tuple[float, ...]
    zoom: float
    width: int
    height: int

    @classmethod
    def of(cls, page: pymupdf.Page, width: float, height: float, zoom: float) -> PageTransform:
        """width, height: of the page as displayed, in points."""
        import pymupdf

        matrix = (zoom, 0.0, 0.0, zoom, 0.0, 0.0)
        if page.rotation:
            matrix = tuple(page.rotation_matrix * pymupdf.Matrix(zoom, zoom))
        # MuPDF rounds the same way: it ignores less than a thousandth of a pixel.
        return cls(matrix, zoom, math.ceil(width * zoom - 0.001), math.ceil(height * zoom - 0.001))

    def at(self, zoom: float) -> PageTransform:
        """The same at another zoom."""
        scale = zoom / self.zoom
        matrix = tuple([scale * value for value in self.matrix])
        return PageTransform(matrix, zoom, math.ceil(self.width * scale), math.ceil(self.height * scale))

    def box(self, box: Box) -> Box | None:
        """The part of a box that is on the page, in pixels. None if the box is off the page."""
        x0, y0, x1, y1 = self._transform(box)
        if x0 < 0 or y0 < 0 or x1 > self.width or y1 > self.height:
            x0, y0, x1, y1 = max(0.0, x0), max(0.0, y0), min(float(self.width), x1), min(float(self.height), y1)
        return (x0, y0, x1, y1) if x0 < x1 and y0 < y1 else None

    def polygon(self, box: Box, direction: tuple[float, float], height: float) -> tuple[Polygon, bool]:
        """The corners of text that fills `box` and runs in `direction` (cosine, sine), and whether it is upright.

        height: of the letters, in points. It matters only for text at an angle.
        """
        x0, y0, x1, y1 = self._transform(box)
        a, b, c, d, _, _ = self.matrix
        along_x, along_y = direction
        cos, sin = (along_x * a + along_y * c) / self.zoom, (along_x * b + along_y * d) / self.zoom
        if -_PARALLEL < sin < _PARALLEL and cos > 0:
            if x0 < 0 or y0 < 0 or x1 > self.width or y1 > self.height:
                x0, y0, x1, y1 = max(0.0, x0), max(0.0, y0), min(float(self.width), x1), min(float(self.height), y1)
            return ((x0, y0), (x1, y0), (x1, y1), (x0, y1)), True
        along, across = _sides(x1 - x0, y1 - y0, abs(cos), abs(sin), height * self.zoom)
        centre_x, centre_y = (x0 + x1) / 2, (y0 + y1) / 2
        corners = ((-along, -across), (along, -across), (along, across), (-along, across))
        first, second, third, fourth = (
            (
                min(max(0.0, centre_x + (u * cos - v * sin) / 2), float(self.width)),
                min(max(0.0, centre_y + (u * sin + v * cos) / 2), float(self.height)),
            )
            for u, v in corners
        )
        return (first, second, third, fourth), False

    def _transform(self, box: Box) -> Box:
        a, b, c, d, e, f = self.matrix
        x0, y0, x1, y1 = box
        if b == c == 0 and a > 0:
            return x0 * a + e, y0 * d + f, x1 * a + e, y1 * d + f
        xs = (x0 * a + y0 * c + e, x1 * a + y1 * c + e)
        ys = (x0 * b + y0 * d + f, x1 * b + y1 * d + f)
        return min(xs), min(ys), max(xs), max(ys)


def _sides(width: float, height: float, cos: float, sin: float, letters: float) -> tuple[float, float]:
    """Length and height of a rotated rectangle, from the upright box around it."""
    if sin < _PARALLEL:
        return width, height
    if cos < _PARALLEL:
        return height, width
    across = min(letters or min(width, height) / 2, width / sin, height / cos)
    along = (width - across * sin) / cos if cos >= sin else (height - across * cos) / sin
    return max(along, 0.0), across


def join(boxes: Iterable[Box]) -> Box:
    """The box around all boxes."""
    x0, y0, x1, y1 = zip(*boxes, strict=True)
    return min(x0), min(y0), max(x1), max(y1)


def box_around(polygon: Polygon) -> Box:
    """The upright box around a polygon."""
    (ax, ay), (bx, by), (cx, cy), (dx, dy) = polygon
    if ay == by and ax == dx and ax < cx and ay < cy:
        return ax, ay, cx, cy
    return min(ax, bx, cx, dx), min(ay, by, cy, dy), max(ax, bx, cx, dx), max(ay, by, cy, dy)


def touches_any(box: Box, others: Iterable[Box]) -> bool:
    """Whether a box has an `intersection` with one of the others, in a third of the time."""
    x0, y0, x1, y1 = box
    return any(
        (ax0 if ax0 > x0 else x0) < (ax1 if ax1 < x1 else x1) and (ay0 if ay0 > y0 else y0) < (ay1 if ay1 < y1 else y1)
        for ax0, ay0, ax1, ay1 in others
    )


def area(box: Box) -> float:
    return (box[2] - box[0]) * (box[3] - box[1])


def intersection(one: Box, other: Box) -> Box | None:
    """The part that two boxes share. None if they do not overlap."""
    x0, y0, x1, y1 = max(one[0], other[0]), max(one[1], other[1]), min(one[2], other[2]), min(one[3], other[3])
    return (x0, y0, x1, y1) if x0 < x1 and y0 < y1 else None


def is_inside(inner: Box, outer: Box) -> bool:
    """Whether most of a box is inside another."""
    if inner[0] >= outer[2] or inner[2] <= outer[0] or inner[1] >= outer[3] or inner[3] <= outer[1]:
        return False
    width = min(inner[2], outer[2]) - max(inner[0], outer[0])
    height = min(inner[3], outer[3]) - max(inner[1], outer[1])
    area = (inner[2] - inner[0]) * (inner[3] - inner[1])
    return width > 0 and height > 0 and width * height >= _INSIDE * area
