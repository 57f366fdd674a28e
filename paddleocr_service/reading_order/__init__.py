"""The order in which a person reads the lines of a page.

Law: lines come in, the same lines go out, in order and in blocks: no picture is looked at, no text is changed, nothing
of the engine is imported. It is geometry, but for the script, line numbers, headings that are there twice and lines
that go on below. All thresholds are in line heights (or ratios), never in pixels, so that a page gives the same order
at any resolution.

    geometry.py    polygons -> upright boxes (skew, right-to-left and vertical writing are settled here, once)
    region.py      a part of a page: boxes, and the visual rows that they stand in
    margins.py     line numbers: columns of their own, before the text is cut
    columns.py     a page -> regions in reading order: cut at the gutters between columns of text
    corridors.py   where there might be a gutter
    gutters.py     whether it is one, or only the space between the columns of a table
    bands.py       what white bands set apart from the columns: headings, page headers, footers
    panels.py      tables side by side in a region: one after the other
    cells.py       cells of several lines: whole, not line by line
    blocks.py      rows of a region -> paragraphs and tables; the text of a page
"""

from __future__ import annotations

from .blocks import page_text, reading_order

__all__ = ["page_text", "reading_order"]
