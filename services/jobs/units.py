"""How a job is divided into units of work, which workers take one at a time.

A unit is small enough that a short job behind it does not wait long, and that two workers share a long document evenly.
It is large enough that taking it costs almost nothing compared with reading it.
"""

from __future__ import annotations

from collections.abc import Sequence

from services.keys import SHARED

#: Lanes in which units wait. Short jobs do not wait behind long ones.
QUICK, BULK = SHARED.quick_lane, SHARED.bulk_lane
LANES = (QUICK, BULK)
#: In place of its lane, a unit waits here while its owner is a heavy one (see `keys.py`).
HEAVY = SHARED.heavy_lane
#: Pages per unit. A job with at most this many pages is one unit, in the quick lane.
UNIT_PAGES = 5


def lane_for(pages: int) -> str:
    return QUICK if pages <= UNIT_PAGES else BULK


def units_for(pages: int) -> int:
    """Number of units of a job with this many pages. At least one: a document without pages is opened too."""
    return max(1, -(-pages // UNIT_PAGES))


def pages_of(unit: int, units: int, page_numbers: Sequence[int]) -> tuple[int, ...]:
    """Page numbers of unit `unit` (counted from 1) of `units`. A job with a single unit has all pages in it."""
    if units == 1:
        return tuple(page_numbers)
    return tuple(page_numbers[(unit - 1) * UNIT_PAGES : unit * UNIT_PAGES])
