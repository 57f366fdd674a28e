"""Paragraphs with their roles, tables and figures, as Azure Document Intelligence lists them."""

from __future__ import annotations

from typing import Any

from controllers.compat.azure_geometry import AzureFrame
from controllers.compat.placed_text import PlacedPage, Range, cells_of
from controllers.compat.text_spans import Offsets

#: Kinds of blocks that have a role. Other paragraphs have none.
ROLES = {
    "title": "title",
    "heading": "sectionHeading",
    "page_header": "pageHeader",
    "page_footer": "pageFooter",
    "page_number": "pageNumber",
    "footnote": "footnote",
    "formula": "formulaBlock",
}


class Regions:
    """Collects the regions of a document page by page. The text of a table's cells is also a list of paragraphs."""

    def __init__(self, offsets: Offsets) -> None:
        self.paragraphs: list[dict[str, Any]] = []
        self.tables: list[dict[str, Any]] = []
        self.figures: list[dict[str, Any]] = []
        self._offsets = offsets

    def add(self, placed: PlacedPage, frame: AzureFrame) -> None:
        figures = 0
        for block, place in zip(placed.page["blocks"], placed.blocks, strict=True):
            if block["kind"] == "table":
                self._add_table(block, place, placed, frame)
                continue
            elements = [self._add_paragraph(block, place, placed, frame)] if block["text"] else []
            if block["kind"] == "figure":
                figures += 1
                figure_id = f"{placed.page['page']}.{figures}"
                region = self._region(block["bbox"], place, placed, frame)
                self.figures.append({"id": figure_id, **region, "elements": elements})

    def _add_paragraph(self, block: dict[str, Any], place: Range, placed: PlacedPage, frame: AzureFrame) -> str:
        """Returns its reference. Lines are joined by spaces."""
        paragraph: dict[str, Any] = {}
        if role := ROLES.get(block.get("kind", "")):
            paragraph["role"] = role
        paragraph["content"] = " ".join(block["text"].split())
        self.paragraphs.append(paragraph | self._region(block["bbox"], place, placed, frame))
        return f"/paragraphs/{len(self.paragraphs) - 1}"

    def _add_table(self, block: dict[str, Any], place: Range, placed: PlacedPage, frame: AzureFrame) -> None:
        cells = cells_of(block, placed.page)
        self.tables.append(
            {
                "rowCount": max((cell["row"] + cell["rowspan"] for cell in cells), default=0),
                "columnCount": max((cell["column"] + cell["colspan"] for cell in cells), default=0),
                "cells": [self._cell(cell, placed, frame) for cell in cells],
                **self._region(block["bbox"], place, placed, frame),
            }
        )

    def _cell(self, cell: dict[str, Any], placed: PlacedPage, frame: AzureFrame) -> dict[str, Any]:
        result: dict[str, Any] = {
            "kind": "columnHeader" if cell["is_header"] else "content",
            "rowIndex": cell["row"],
            "columnIndex": cell["column"],
        }
        if cell["rowspan"] > 1:
            result["rowSpan"] = cell["rowspan"]
        if cell["colspan"] > 1:
            result["columnSpan"] = cell["colspan"]
        place = placed.range_of(cell["lines"])
        region = self._region(cell["bbox"], place, placed, frame)
        elements = [self._add_paragraph(cell, place, placed, frame)] if cell["text"] else []
        spans = region["spans"] if cell["lines"] else []  # an empty cell is nowhere in the text
        return {**result, "content": cell["text"], **region, "spans": spans, "elements": elements}

    def _region(self, bbox: Any, place: Range, placed: PlacedPage, frame: AzureFrame) -> dict[str, Any]:
        region = {"pageNumber": placed.page["page"], "polygon": frame.polygon(bbox)}
        return {"boundingRegions": [region], "spans": [self._offsets.span(*place)]}
