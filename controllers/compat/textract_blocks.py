"""A finished result as the blocks of Amazon Textract.

Geometry is a share of the page's width and height, from 0 to 1, on the page as it was sent. Confidence is a percentage.
"""

from __future__ import annotations

import math
import uuid
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from controllers.compat.page_frame import PageFrame, Polygon
from services.exports.words import words_of

Block = dict[str, Any]
TABLES, LAYOUT = "TABLES", "LAYOUT"
#: Kinds of blocks of the result that are not LAYOUT_TEXT.
_LAYOUT = {
    "title": "LAYOUT_TITLE",
    "heading": "LAYOUT_SECTION_HEADER",
    "table": "LAYOUT_TABLE",
    "figure": "LAYOUT_FIGURE",
    "page_header": "LAYOUT_HEADER",
    "page_footer": "LAYOUT_FOOTER",
    "page_number": "LAYOUT_PAGE_NUMBER",
}
_WHOLE: Polygon = [[0, 0], [1, 0], [1, 1], [0, 1]]


def response(result: dict[str, Any], features: Iterable[str] = ()) -> dict[str, Any]:
    """features: TABLES, LAYOUT. The result needs words (`detail=word`)."""
    pages = result["pages"]
    blocks = [block for page in pages for block in _PageBlocks(page, frozenset(features)).all()]
    return {"DocumentMetadata": {"Pages": len(pages)}, "Blocks": blocks}


@dataclass(eq=False)
class _PageBlocks:
    page: dict[str, Any]
    features: frozenset[str]
    frame: PageFrame = field(init=False)
    #: The blocks of each line of the page, by its index: LINE, then its WORDs.
    lines: list[list[Block]] = field(init=False)

    def __post_init__(self) -> None:
        self.frame = PageFrame.of(self.page)
        self.lines = [self._line(line) for line in self.page["lines"]]

    def all(self) -> list[Block]:
        """PAGE, then LINEs and WORDs, tables and the layout."""
        found = [block for line in self.lines for block in line]
        top = [line[0] for line in self.lines]
        tables: list[list[Block]] = []
        regions = self.page.get("blocks") or []
        if TABLES in self.features:
            tables = [self._table(region) for region in regions if region.get("cells")]
            top += [table[0] for table in tables]
        layout: list[Block] = []
        if LAYOUT in self.features:
            layout, first = self._layout(regions)
            top += first
        page = self._block("PAGE", None, 100)
        page.pop("Confidence")
        _relate(page, "CHILD", top)
        return [page, *found, *(block for table in tables for block in table), *layout]

    def _line(self, line: dict[str, Any]) -> list[Block]:
        words = [
            {**self._block("WORD", word.polygon, word.confidence * 100), "Text": word.text, "TextType": "PRINTED"}
            for word in words_of(line)
        ]
        block = {**self._block("LINE", line["bbox"], line["confidence"] * 100), "Text": line["text"]}
        _relate(block, "CHILD", words)
        return [block, *words]

    def _words(self, indices: Iterable[int]) -> list[Block]:
        return [word for index in indices for word in self.lines[index][1:]]

    def _table(self, region: dict[str, Any]) -> list[Block]:
        """TABLE, its CELLs, and a MERGED_CELL for each cell that spans others. Each CELL is one place of the grid."""
        places: list[Block] = []
        merged: list[Block] = []
        for cell in sorted(region["cells"], key=lambda cell: (cell["row"], cell["column"])):
            own = self._places(cell, region)
            places += own
            if len(own) > 1:
                block = self._cell("MERGED_CELL", cell, cell["row"], cell["column"], region)
                block |= {"RowSpan": cell["rowspan"], "ColumnSpan": cell["colspan"]}
                _relate(block, "CHILD", own)
                merged.append(block)
        table = self._block("TABLE", region["bbox"], region["confidence"] * 100)
        table["EntityTypes"] = ["STRUCTURED_TABLE"]
        _relate(table, "CHILD", places)
        _relate(table, "MERGED_CELL", merged)
        return [table, *places, *merged]

    def _places(self, cell: dict[str, Any], region: dict[str, Any]) -> list[Block]:
        """The places of the grid that a cell takes. The first one has its words."""
        places = [
            self._cell("CELL", cell, row, column, region)
            for row in range(cell["row"], cell["row"] + cell["rowspan"])
            for column in range(cell["column"], cell["column"] + cell["colspan"])
        ]
        _relate(places[0], "CHILD", self._words(cell["lines"]))
        return places

    def _cell(self, kind: str, cell: dict[str, Any], row: int, column: int, region: dict[str, Any]) -> Block:
        """Rows and columns count from 1."""
        block = self._block(kind, _part_of(cell, row, column, kind), region["confidence"] * 100)
        block |= {"RowIndex": row + 1, "ColumnIndex": column + 1, "RowSpan": 1, "ColumnSpan": 1}
        if cell["is_header"]:
            block["EntityTypes"] = ["COLUMN_HEADER"]
        return block

    def _layout(self, regions: Sequence[dict[str, Any]]) -> tuple[list[Block], list[Block]]:
        """All layout blocks, and those that belong to the page itself: items of a list belong to its LAYOUT_LIST."""
        blocks: list[Block] = []
        first: list[Block] = []
        for is_list, group in _lists(regions):
            items = [self._region(region) for region in group]
            if is_list:
                around = _around([region["bbox"] for region in group])
                whole = self._block("LAYOUT_LIST", around, min(region["confidence"] for region in group) * 100)
                _relate(whole, "CHILD", items)
                blocks.append(whole)
                first.append(whole)
            else:
                first += items
            blocks += items
        return blocks, first

    def _region(self, region: dict[str, Any]) -> Block:
        kind = _LAYOUT.get(region["kind"], "LAYOUT_TEXT")
        block = self._block(kind, region["bbox"], region["confidence"] * 100)
        _relate(block, "CHILD", [self.lines[index][0] for index in region["lines"]])
        return block

    def _block(self, kind: str, polygon: Polygon | None, confidence: float) -> Block:
        return {
            "BlockType": kind,
            "Id": str(uuid.uuid4()),
            "Page": self.page["page"],
            "Confidence": round(confidence, 4),
            "Geometry": self._geometry(polygon),
        }

    def _geometry(self, polygon: Polygon | None) -> dict[str, Any]:
        """polygon: in pixels of the upright page. None: the whole page."""
        angle = 0.0
        if polygon is None:
            points = _WHOLE
        else:
            pixels = self.frame.polygon(polygon)
            (ax, ay), (bx, by), *_ = pixels
            angle = math.degrees(math.atan2(by - ay, bx - ax))
            width, height = self.frame.width or 1, self.frame.height or 1
            points = [[_share(x, width), _share(y, height)] for x, y in pixels]
        left, top = min(x for x, _ in points), min(y for _, y in points)
        right, bottom = max(x for x, _ in points), max(y for _, y in points)
        return {
            "BoundingBox": {"Width": right - left, "Height": bottom - top, "Left": left, "Top": top},
            "Polygon": [{"X": x, "Y": y} for x, y in points],
            "RotationAngle": round(angle, 4),
        }


def _share(position: float, size: float) -> float:
    return min(1.0, max(0.0, position / size))


def _relate(block: Block, kind: str, others: Sequence[Block]) -> None:
    if others:
        block.setdefault("Relationships", []).append({"Type": kind, "Ids": [other["Id"] for other in others]})


def _part_of(cell: dict[str, Any], row: int, column: int, kind: str) -> Polygon:
    """The area of one place of a cell that spans several: an equal part, because their lines are not known."""
    polygon: Polygon = cell["bbox"]
    if kind != "CELL" or cell["rowspan"] * cell["colspan"] == 1:
        return polygon
    left, top = min(x for x, _ in polygon), min(y for _, y in polygon)
    width = (max(x for x, _ in polygon) - left) / cell["colspan"]
    height = (max(y for _, y in polygon) - top) / cell["rowspan"]
    x, y = left + width * (column - cell["column"]), top + height * (row - cell["row"])
    return [[x, y], [x + width, y], [x + width, y + height], [x, y + height]]


def _around(polygons: Sequence[Polygon]) -> Polygon:
    xs = [x for polygon in polygons for x, _ in polygon]
    ys = [y for polygon in polygons for _, y in polygon]
    return [[min(xs), min(ys)], [max(xs), min(ys)], [max(xs), max(ys)], [min(xs), max(ys)]]


def _lists(regions: Sequence[dict[str, Any]]) -> Iterator[tuple[bool, list[dict[str, Any]]]]:
    """Each region, and list items that follow each other together: (whether it is a list, regions)."""
    items: list[dict[str, Any]] = []
    for region in regions:
        if region["kind"] == "list_item":
            items.append(region)
            continue
        if items:
            yield True, items
            items = []
        yield False, [region]
    if items:
        yield True, items
