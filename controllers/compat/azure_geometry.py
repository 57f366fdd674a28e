"""From positions on the upright page to those on the page as it was sent, in Azure's units."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

#: A page that is reduced to a number of pixels has a little less than that.
_NEARLY = 0.99
Points = Sequence[Sequence[float]]


@dataclass(frozen=True, slots=True)
class PageFrame:
    """width, height: of the upright page in pixels. orientation: the clockwise rotation that made it upright.

    per_unit: pixels per unit: 1 for pictures, which Azure measures in pixels; the resolution for PDFs, in inches.
    """

    width: float
    height: float
    orientation: int
    per_unit: float = 1.0

    @classmethod
    def of(cls, page: dict[str, Any], dpi: float | None, max_pixels: int = 0) -> PageFrame:
        """dpi: None for a picture. A page that failed has no size.

        max_pixels: a larger page of a PDF is rendered with fewer pixels per inch than `dpi`. How many is not known, so
        it is measured in pixels. 0: there is no limit.
        """
        width, height = page["width"] or 0, page["height"] or 0
        if max_pixels and width * height > _NEARLY * max_pixels:
            dpi = None
        return cls(width, height, page["orientation"] or 0, dpi or 1.0)

    @property
    def unit(self) -> str:
        return "pixel" if self.per_unit == 1.0 else "inch"

    @property
    def angle(self) -> int:
        """Clockwise orientation of the text on the page as it was sent: above -180, at most 180."""
        return 180 if self.orientation == 180 else {0: 0, 90: -90, 270: 90}[self.orientation]

    @property
    def size(self) -> tuple[float, float]:
        """Width and height as sent, in Azure's unit."""
        width, height = self.width, self.height
        if self.orientation in (90, 270):
            width, height = height, width
        return self._scaled(width), self._scaled(height)

    def polygon(self, points: Points) -> list[float]:
        """Four points as eight numbers, from the top left of the text, clockwise as the text runs."""
        return [self._scaled(value) for x, y in points for value in self._as_sent(x, y)]

    def _as_sent(self, x: float, y: float) -> tuple[float, float]:
        if self.orientation == 90:
            return y, self.width - x
        if self.orientation == 180:
            return self.width - x, self.height - y
        if self.orientation == 270:
            return self.height - y, x
        return x, y

    def _scaled(self, pixels: float) -> float:
        return round(pixels / self.per_unit, 4) if self.per_unit != 1.0 else round(pixels, 1)
