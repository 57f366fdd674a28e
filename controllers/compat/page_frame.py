"""Positions on a page as it is in the file.

The service turns pages that are sideways or upside down, and reports positions on the turned page. Clients of other
interfaces draw boxes on the page of the file, which they do not turn.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

#: Points x, y of a polygon.
Polygon = list[list[float]]
#: left, top, right, bottom
Rectangle = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class PageFrame:
    """width, height: of the page in the file, in the unit of the interface. The origin is its top left corner.

    turn: degrees by which the service turned the page clockwise to read it. scale: pixels of the result to the unit.
    """

    width: float
    height: float
    turn: int
    scale: float

    @classmethod
    def of(cls, page: dict[str, Any], scale: float = 1.0) -> PageFrame:
        """The frame of a page of a result. A page that failed has no size: 0."""
        width, height = page["width"] or 0, page["height"] or 0
        turn = (page.get("orientation") or 0) % 360
        if turn in (90, 270):
            width, height = height, width
        return cls(width * scale, height * scale, turn, scale)

    def point(self, x: float, y: float) -> list[float]:
        """A point of the result: turned back, and in the unit of the interface."""
        x, y = x * self.scale, y * self.scale
        match self.turn:
            case 90:
                return [y, self.height - x]
            case 180:
                return [self.width - x, self.height - y]
            case 270:
                return [self.width - y, x]
        return [x, y]

    def polygon(self, points: Sequence[Sequence[float]]) -> Polygon:
        """The same corner stays first: for a line, the one where its text begins."""
        return [self.point(x, y) for x, y in points]

    def rectangle(self, points: Sequence[Sequence[float]] | None) -> Rectangle:
        """The smallest upright rectangle around a polygon, within the page. None: the whole page."""
        if not points:
            return 0, 0, self.width, self.height
        xs, ys = zip(*self.polygon(points), strict=True)
        left, right = (min(max(x, 0), self.width) for x in (min(xs), max(xs)))
        top, bottom = (min(max(y, 0), self.height) for y in (min(ys), max(ys)))
        return left, top, right, bottom
