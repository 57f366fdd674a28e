"""Mark tables that continue on the next page of a document."""

from __future__ import annotations

from typing import Any

from paddleocr_service.results import PAGE_FOOTER, PAGE_HEADER, PAGE_NUMBER, TABLE
from services.ocr_service.helpers.text_extractor import Page

_FURNITURE = {PAGE_HEADER, PAGE_FOOTER, PAGE_NUMBER}
#: The edges of both parts differ by at most this share of the page's width.
_MAX_SHIFT = 0.03
#: Running heads may look like paragraphs of one line, this share of the height from the edge of the page.
_MARGIN = 0.12


class ContinuedTables:
    """Sees the pages of a document in order. A table continues if nothing stands between its parts."""

    def __init__(self) -> None:
        self._open: tuple[int, float, float] | None = None

    def mark(self, page: Page) -> None:
        """Set `continued` of the first block of a page if it continues the table at the end of the page before."""
        blocks = [block for block in page["blocks"] if not _is_furniture(block, page)]
        if blocks and self._open and _shape(blocks[0], page) and self._fits(blocks[0], page):
            blocks[0]["continued"] = True
        self._open = _shape(blocks[-1], page) if blocks else None

    def _fits(self, block: dict[str, Any], page: Page) -> bool:
        shape = _shape(block, page)
        if not shape or not self._open:
            return False
        columns, left, right = self._open
        return columns == shape[0] and max(abs(left - shape[1]), abs(right - shape[2])) <= _MAX_SHIFT


def _shape(block: dict[str, Any], page: Page) -> tuple[int, float, float] | None:
    """Columns of a table, and its left and right edge as shares of the page's width. None if it has no cells."""
    if block["kind"] != TABLE or "cells" not in block or not page["width"]:
        return None
    xs = [x for x, _ in block["bbox"]]
    return block["columns_count"], min(xs) / page["width"], max(xs) / page["width"]


def _is_furniture(block: dict[str, Any], page: Page) -> bool:
    """Whether a block is a page header, footer or number."""
    if block["kind"] in _FURNITURE:
        return True
    ys = [y for _, y in block["bbox"]]
    at_edge = max(ys) < _MARGIN * page["height"] or min(ys) > (1 - _MARGIN) * page["height"]
    return len(block["lines"]) == 1 and at_edge
