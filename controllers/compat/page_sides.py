"""Positions on a page as it was sent. The result describes it after it was turned upright.

Interfaces whose clients draw boxes on their own picture need positions in that picture.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

#: Four [x, y] points, clockwise from the top left of the text.
Polygon = list[list[float]]


@dataclass(frozen=True, slots=True)
class SentPage:
    """width, height: pixels of the page as it was sent. turn: degrees by which it was turned clockwise to be read.

    A page that could not be read has the size 0.
    """

    width: float
    height: float
    turn: int = 0

    @classmethod
    def of(cls, page: dict[str, Any]) -> SentPage:
        """page: of a result, or the result of a picture."""
        width, height, turn = page["width"] or 0, page["height"] or 0, (page.get("orientation") or 0) % 360
        return cls(height, width, turn) if turn in (90, 270) else cls(width, height, turn)

    def point(self, x: float, y: float) -> tuple[float, float]:
        """From pixels of the upright page."""
        match self.turn:
            case 90:
                return y, self.height - x
            case 180:
                return self.width - x, self.height - y
            case 270:
                return self.width - y, x
        return x, y

    def polygon(self, polygon: Polygon) -> Polygon:
        """The same four points. The first one is still the top left of the text."""
        return [list(self.point(x, y)) for x, y in polygon]


def pages_of(result: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The pages of a result document, in order. A picture is one page with the fields of the document."""
    if "pages" in result:
        yield from result["pages"]
    else:
        yield {"page": 1, "success": True, **result}


def text_of(result: dict[str, Any]) -> str:
    """The text of the whole document, as in the result."""
    text: str = result["full_text"] if "full_text" in result else result["text"]
    return text


def failed_pages(result: dict[str, Any]) -> list[dict[str, Any]]:
    return [page for page in pages_of(result) if not page["success"]]
