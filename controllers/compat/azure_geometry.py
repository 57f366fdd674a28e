"""Sizes and positions of a page as Azure reports them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from controllers.compat.page_frame import PageFrame

#: A page that is reduced to a number of pixels has a little less than that.
_NEARLY = 0.99


@dataclass(frozen=True, slots=True)
class AzureFrame:
    """The frame of a page, in Azure's unit: pixels for pictures, inches for PDFs."""

    frame: PageFrame
    unit: str

    @classmethod
    def of(cls, page: dict[str, Any], dpi: float | None, max_pixels: int = 0) -> AzureFrame:
        """dpi: None for a picture.

        max_pixels: a larger page of a PDF is rendered with fewer pixels per inch than `dpi`. How many is not known, so
        it is measured in pixels. 0: there is no limit.
        """
        pixels = (page["width"] or 0) * (page["height"] or 0)
        if dpi is None or (max_pixels and pixels > _NEARLY * max_pixels):
            return cls(PageFrame.of(page), "pixel")
        return cls(PageFrame.of(page, 1 / dpi), "inch")

    @property
    def angle(self) -> int:
        """Clockwise orientation of the text on the page as it was sent: above -180, at most 180."""
        return {0: 0, 90: -90, 180: 180, 270: 90}[self.frame.turn]

    @property
    def size(self) -> tuple[float, float]:
        """Width and height as sent."""
        return self._rounded(self.frame.width), self._rounded(self.frame.height)

    def polygon(self, points: Sequence[Sequence[float]]) -> list[float]:
        """Four points as eight numbers, from the top left of the text, clockwise as the text runs."""
        return [self._rounded(value) for point in self.frame.polygon(points) for value in point]

    def _rounded(self, length: float) -> float:
        return round(length, 1 if self.unit == "pixel" else 4)
