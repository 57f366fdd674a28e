"""A result as a DoclingDocument: the JSON form of docling-core, version 1.3, which later versions read as well.

Texts, tables and pictures are listed by kind. `body` and groups refer to them in reading order, by JSON pointers.
Positions are in points for PDFs and in pixels for pictures, with the origin at the bottom left of the page.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby
from typing import Any

from controllers.compat.page_frame import PageFrame, Polygon, Rectangle
from services.exports.lists import list_item_of
from services.exports.structure import Block, Cell, Table, blocks_of

VERSION = "1.3.0"
POINTS_PER_INCH = 72
BODY, FURNITURE = "#/body", "furniture"
#: Kinds of blocks with a label of their own. The others are "text".
_LABELS = {
    "title": "title",
    "heading": "section_header",
    "caption": "caption",
    "footnote": "footnote",
    "formula": "formula",
    "page_header": "page_header",
    "page_footer": "page_footer",
    "page_number": "page_footer",
}
_FURNITURE_LABELS = ("page_header", "page_footer")
#: Media types of pictures by extension. docling-core rejects types that Python does not know, such as image/webp.
_PICTURE_TYPES = {
    "jpg": "image/jpeg",
    "jpeg": "image/jpeg",
    "tif": "image/tiff",
    "tiff": "image/tiff",
    "gif": "image/gif",
}
_PDF_TYPE, _ANY_PICTURE_TYPE = "application/pdf", "image/png"


def docling_document(result: dict[str, Any], kind: str, content_hash: int) -> dict[str, Any]:
    """kind: "pdf" or "image". content_hash: 64 bits that identify the file."""
    writer = _Writer(POINTS_PER_INCH / result["processing_dpi"] if "processing_dpi" in result else 1.0)
    for page in result["pages"]:
        writer.add_page(page)
    filename = result["filename"]
    origin = {"mimetype": _media_type(kind, filename), "binary_hash": content_hash, "filename": filename}
    return {
        "schema_name": "DoclingDocument",
        "version": VERSION,
        "name": filename.rpartition(".")[0] or filename,
        "origin": origin,
        "furniture": _group("#/furniture", None, "_root_", "unspecified", FURNITURE),
        **writer.document,
    }


class _Writer:
    """Collects the items of all pages."""

    def __init__(self, scale: float) -> None:
        self._scale = scale
        self._body = _group(BODY, None, "_root_", "unspecified")
        self.document: dict[str, Any] = {
            "body": self._body,
            **{name: [] for name in ("groups", "texts", "pictures", "tables", "key_value_items", "form_items")},
            "pages": {},
        }
        #: Of the page that is being added.
        self._number, self._frame = 0, PageFrame(0, 0, 0, scale)

    def add_page(self, page: dict[str, Any]) -> None:
        self._number, self._frame = page["page"], PageFrame.of(page, self._scale)
        size = {"width": self._frame.width, "height": self._frame.height}
        self.document["pages"][str(self._number)] = {"size": size, "page_no": self._number}
        blocks = zip(blocks_of(page), page["blocks"] or [{}], strict=False)
        for is_list, some in groupby(blocks, key=lambda pair: pair[0].kind == "list_item"):
            if is_list:
                self._add_list(block for block, _ in some)
                continue
            for block, stored in some:
                if block.table:
                    self._add_table(block.table, block, stored)
                else:
                    self._add_text(block)

    def _add_text(self, block: Block) -> None:
        if block.kind == "figure":
            self._add("pictures", "picture", block, captions=[], references=[], footnotes=[])
        text = block.text.strip()
        if not text:
            return
        label = _LABELS.get(block.kind, "text")
        # A section below the title has level 1.
        level: dict[str, Any] = {"level": max(1, block.level - 1)} if label == "section_header" else {}
        self._add("texts", label, block, orig=text, text=text, **level)

    def _add_list(self, blocks: Iterable[Block]) -> None:
        groups = self.document["groups"]
        group = _group(f"#/groups/{len(groups)}", BODY, "list", "list")
        for block in blocks:
            item = list_item_of(block)
            if item.text:
                marker = "-" if item.ordinal is None else f"{item.ordinal}."
                fields = {"orig": block.text, "text": item.text, "enumerated": item.is_ordered, "marker": marker}
                self._add("texts", "list_item", block, group, **fields)
        if group["children"]:
            groups.append(group)
            self._body["children"].append(_reference(group["self_ref"]))

    def _add_table(self, table: Table, block: Block, stored: dict[str, Any]) -> None:
        boxes = {(cell["row"], cell["column"]): cell.get("bbox") for cell in stored.get("cells", ())}
        cells = [self._cell(cell, boxes.get((cell.row, cell.column))) for cell in table.cells]
        data = {"table_cells": cells, "num_rows": table.rows, "num_cols": table.columns}
        self._add("tables", "table", block, captions=[], references=[], footnotes=[], data=data)

    def _cell(self, cell: Cell, box: Polygon | None) -> dict[str, Any]:
        return {
            **({"bbox": _from_top(self._frame.rectangle(box))} if box else {}),
            "row_span": cell.rowspan,
            "col_span": cell.colspan,
            "start_row_offset_idx": cell.row,
            "end_row_offset_idx": cell.row + cell.rowspan,
            "start_col_offset_idx": cell.column,
            "end_col_offset_idx": cell.column + cell.colspan,
            "text": cell.text,
            "column_header": cell.is_header,
            "row_header": False,
            "row_section": False,
        }

    def _add(self, items: str, label: str, block: Block, parent: dict[str, Any] | None = None, **fields: Any) -> None:
        """Append an item to the list `items`, and to its parent: the body unless it is part of a group."""
        parent = parent or self._body
        pointer = f"#/{items}/{len(self.document[items])}"
        left, top, right, bottom = self._frame.rectangle(block.bbox)
        height = self._frame.height
        box = {"l": left, "t": height - top, "r": right, "b": height - bottom, "coord_origin": "BOTTOMLEFT"}
        self.document[items].append(
            {
                "self_ref": pointer,
                "parent": _reference(parent["self_ref"]),
                "children": [],
                "content_layer": FURNITURE if label in _FURNITURE_LABELS else "body",
                "label": label,
                "prov": [{"page_no": self._number, "bbox": box, "charspan": [0, len(fields.get("text", ""))]}],
                **fields,
            }
        )
        parent["children"].append(_reference(pointer))


def _media_type(kind: str, filename: str) -> str:
    if kind == "pdf":
        return _PDF_TYPE
    return _PICTURE_TYPES.get(filename.rpartition(".")[2].lower(), _ANY_PICTURE_TYPE)


def _group(pointer: str, parent: str | None, name: str, label: str, layer: str = "body") -> dict[str, Any]:
    group: dict[str, Any] = {"self_ref": pointer, "children": [], "content_layer": layer, "name": name, "label": label}
    return {**group, "parent": _reference(parent)} if parent else group


def _reference(pointer: str) -> dict[str, str]:
    return {"$ref": pointer}


def _from_top(rectangle: Rectangle) -> dict[str, Any]:
    """Docling gives the cells of tables from the top."""
    left, top, right, bottom = rectangle
    return {"l": left, "t": top, "r": right, "b": bottom, "coord_origin": "TOPLEFT"}
