"""Split a page into columns of text at its gutters; inside the resulting regions, text is read row by row.

A gutter is a vertical strip without text between two columns of text. The tallest one is used first, because a heading
across columns ends the strips below it. The reading order is: what is above the strip, its left side, its right side,
what is below. Each of the four parts is split again in the same way. This is the recursive X-Y cut (Nagy and Seth 1984;
Ha, Haralick and Phillips 1995), with strips that end at the text that crosses them (Breuel 2002, "Two algorithms for
geometric layout analysis") instead of cuts through the whole region.
"""

import numpy as np

from ..arrays import Mask
from .bands import headings_across, split_at_bands, without_header_and_footer
from .gutter_candidates import find_candidates
from .gutters import split_at_gutter
from .region import Region
from .sections import split_at_headline

_MIN_LINES = 6  # on a page with columns
# A table across the region:
_MIN_ROWS = 2
_MIN_CELLS_PER_ROW = 2.5  # on average
_MAX_CELL_LENGTH = 7.0  # line heights, median; longer ones are cards or short columns
_MIN_WIDTH = 0.6  # share of the region's width


def split_into_regions(page: Region) -> list[Region]:
    """Return the regions of a page in reading order. Inside a region, rows are read from side to side."""
    regions: list[Region] = []
    pending = [page]
    while pending:
        region = pending.pop()
        parts = split_at_headline(region) or _split(region, headings_across(region) | _tables_across(region))
        if parts is None:
            regions.append(region)
        else:
            pending.extend(region.part(part) for part in reversed(parts) if part.any())
    return regions


def _split(region: Region, across: Mask) -> tuple[Mask, ...] | None:
    """Return the parts (masks) into which the tallest gutter splits a region; None if it has no gutter."""
    if len(region.index) < _MIN_LINES:
        return None
    for candidate in find_candidates(region, across):
        parts = split_at_gutter(region, without_header_and_footer(region, candidate))
        if parts is not None:
            return parts
    return None


def _tables_across(region: Region) -> Mask:
    """Return a mask (n,) of tables that extend from side to side, with white space above and below.

    No gutter passes such a table. Otherwise, if a strip between its columns continues a gutter above or below, its two
    halves would be read with the columns there.
    """
    across = np.zeros(len(region.index), dtype=bool)
    bands = split_at_bands(region, np.arange(len(across)))
    width = np.ptp(region.boxes[:, [0, 2]])
    for positions in bands if len(bands) > 1 else []:
        part = region.part(positions)
        rows = len(np.unique(part.row))
        if (
            rows >= _MIN_ROWS
            and len(positions) >= _MIN_CELLS_PER_ROW * rows
            and np.ptp(part.boxes[:, [0, 2]]) >= _MIN_WIDTH * width
            and np.median(part.widths) < _MAX_CELL_LENGTH * region.height
            and _split(part, np.zeros(len(positions), dtype=bool)) is None
        ):
            across[positions] = True
    return across
