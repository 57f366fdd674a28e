"""The order in which a person reads the lines of a page.

Law: pure geometry. Lines come in, the same lines go out, in order and in blocks: no picture is looked at, no text is
changed, nothing of the engine is imported. All thresholds are in line heights (or ratios), never in pixels, so that a
page gives the same order at any resolution.

    geometry.py   polygons -> upright boxes (skew, right-to-left and vertical writing are settled here, once)
    rows.py       boxes -> visual rows (a table's row, the two halves of a receipt's line)
    columns.py    boxes -> regions in reading order: cut at the gutters between columns of text
    blocks.py     rows of a region -> paragraphs and tables; text of a page
"""

from __future__ import annotations

from .blocks import page_text, reading_order

__all__ = ["page_text", "reading_order"]
