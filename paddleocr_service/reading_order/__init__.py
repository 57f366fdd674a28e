"""The order in which a person reads the lines of a page.

Input and output are the same lines; the output is ordered and grouped into blocks. No image is used, no text is changed
and nothing of the engine is imported. The order follows from geometry, with four exceptions that use the text: the
script, line numbers, repeated table headings, and cells that continue on the next line. All thresholds are in line
heights or ratios, never in pixels, so the order does not depend on the resolution.

    geometry.py              polygons -> upright boxes; handles skew, right-to-left and vertical writing
    region.py                a part of a page: boxes and their visual rows
    line_numbers.py          columns of line numbers, separated before the text is split
    insets.py                large type that text flows around, set aside like line numbers
    headlines.py             short headlines extend over all columns that begin below them
    sections.py              a headline over several columns ends all columns above it
    columns.py               page -> regions in reading order, split at the gutters between columns of text
    gutter_candidates.py     vertical strips without text, which may be gutters
    gutters.py               decides whether a candidate is a gutter or the space between columns of a table
    bands.py                 horizontal strips without text: headings, page headers and footers
    side_by_side_tables.py   tables side by side in a region, one after the other
    cells.py                 table cells that span several lines
    blocks.py                rows of a region -> paragraphs and tables; the text of a page
"""

from .blocks import are_table, page_text, reading_order

__all__ = ["are_table", "page_text", "reading_order"]
