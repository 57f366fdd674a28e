"""How a job is cut into units of work, which any worker can take by themselves.

A unit is small enough that a short job behind it does not wait long, and that two workers share a long document
evenly; it is large enough that taking it costs nothing beside reading it.
"""

from __future__ import annotations

from collections.abc import Sequence

#: Lanes in which units wait. Short jobs do not stand behind long ones.
QUICK, BULK = "quick", "bulk"
LANES = (QUICK, BULK)
#: Pages of a unit at most. A job of no more than these is one unit, in the quick lane.
UNIT_PAGES = 5


def lane_for(pages: int) -> str:
    return QUICK if pages <= UNIT_PAGES else BULK


def units_for(pages: int) -> int:
    """How many units a job of so many pages has; at least one, as a document is opened even if it has no page."""
    return max(1, -(-pages // UNIT_PAGES))


def pages_of(unit: int, units: int, page_numbers: Sequence[int]) -> tuple[int, ...]:
    """Page numbers of unit `unit` (from 1) of `units`. A job that is one unit has them all."""
    if units == 1:
        return tuple(page_numbers)
    return tuple(page_numbers[(unit - 1) * UNIT_PAGES : unit * UNIT_PAGES])
