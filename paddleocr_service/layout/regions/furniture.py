"""Page headers, page footers and page numbers."""

from __future__ import annotations

from collections.abc import Sequence

from ...results import LIST_ITEM, PAGE_FOOTER, PAGE_HEADER, PAGE_NUMBER, PARAGRAPH
from .markers import is_page_number, is_running_head
from .parts import Part
from .text_rows import PageType, overlap_x, overlap_y

_MARGIN = 0.1  # share of the page's height for page headers and footers
_SLIDE_MARGIN = 0.15  # the same for page footers of slides
_SLIDE_GAP = 3.0  # line heights between them and the text
_REACH = 0.2  # the same for running heads of books
_CENTRED = 0.03  # share of the page's width
_FURNITURE_SIZE = 1.6  # relative to the running text
_FURNITURE_GAP = 1.0  # line heights between a page header or footer and the text
_MAX_FURNITURE_ROWS = 2
_TEXT_WIDTH = 0.4  # share of the page's width
_TEXT_SIZE = 0.93  # relative to the running text
_HEAD_SIZE = 1.25  # of a running head, relative to the running text


def find_furniture(parts: Sequence[Part], page: PageType) -> None:
    """Set the kinds of page headers, page footers and page numbers."""
    _find_in_margins(parts, page)
    _keep_outermost(parts, page)
    _find_running_heads(parts, page)


def _find_in_margins(parts: Sequence[Part], page: PageType) -> None:
    """Find page headers, page footers and page numbers: small rows in the margins, with white space to the text.

    On slides they are larger and farther from the edge, with more space to the text.
    """
    for top, share, most, space in (
        (True, _MARGIN, _FURNITURE_SIZE, _FURNITURE_GAP),
        (False, _MARGIN, _FURNITURE_SIZE, _FURNITURE_GAP),
        (False, _SLIDE_MARGIN, 9.0, _SLIDE_GAP),
    ):
        band = page.height * (share if top else 1 - share)
        inside = [part for part in parts if (part.box[3] <= band if top else part.box[1] >= band)]
        rest = [part for part in parts if part not in inside] if inside else []
        if rest:
            edge = min(part.box[1] for part in rest) if top else max(part.box[3] for part in rest)
            _mark_furniture(inside, edge, top, page, most, space)


def _mark_furniture(parts: Sequence[Part], edge: float, top: bool, page: PageType, most: float, space: float) -> None:
    """Mark parts in a margin, but no first line of a text that goes on below it, such as an address.

    edge: where the text begins or ends. most, space: relative to the running text.
    """
    text: list[Part] = []
    for part in sorted(parts, key=lambda part: -part.box[3]):
        gap = edge - part.box[3] if top else part.box[1] - edge
        if top and any(overlap_x(part.box, one.box) > 0 and one.box[1] - part.box[3] < page.size / 2 for one in text):
            text.append(part)
            continue
        low = part.box[3] - part.box[1] <= _MAX_FURNITURE_ROWS * 1.6 * part.size
        small = (
            part.kind in (PARAGRAPH, LIST_ITEM) and low and part.size <= most * page.size and not _is_text(part, page)
        )
        if small and part.confident and is_page_number(part.text) and (gap >= space * page.size or space < _SLIDE_GAP):
            part.kind, part.confidence, part.marker = PAGE_NUMBER, 0.95, None
        elif small and part.confident and gap >= space * page.size:
            part.kind, part.confidence, part.marker = (PAGE_HEADER if top else PAGE_FOOTER), 0.75, None
        else:
            text.append(part)


def _is_text(part: Part, page: PageType) -> bool:
    """Return whether a part looks like the last lines of the text: several wide rows of its size."""
    wide = part.box[2] - part.box[0] >= _TEXT_WIDTH * page.width
    return len(part.rows) > 1 and wide and part.size >= _TEXT_SIZE * page.size


def _keep_outermost(parts: Sequence[Part], page: PageType) -> None:
    """Page headers have nothing else above them, and page footers nothing else below."""
    others = [part for part in parts if part.kind not in (PAGE_HEADER, PAGE_FOOTER, PAGE_NUMBER)]
    top = min((part.box[1] for part in others), default=0.0) + page.size / 2
    bottom = max((part.box[3] for part in others), default=0.0) - page.size / 2
    for part in parts:
        inner = part.box[1] >= top if part.kind == PAGE_HEADER else part.box[3] <= bottom
        if part.kind in (PAGE_HEADER, PAGE_FOOTER) and inner:
            part.kind, part.confidence = PARAGRAPH, 0.9


def _find_running_heads(parts: Sequence[Part], page: PageType) -> None:
    """Find page numbers and running heads outside the margins of the page: alone in the first or the last row.

    Scans of books have margins of any height.
    """
    for top in (True, False):
        rows = [part for part in parts if part.rows]
        if not rows:
            return
        edge = min(rows, key=lambda part: part.box[1]) if top else max(rows, key=lambda part: part.box[3])
        others = [part for part in rows if part is not edge]
        near = edge.box[3] <= _REACH * page.height if top else edge.box[1] >= (1 - _REACH) * page.height
        near = near or _is_centred_number(edge, others, top, page)
        alone = all(overlap_y(edge.box, other.box) <= edge.size / 2 for other in others)
        plain = edge.kind in (PARAGRAPH, LIST_ITEM) and len(edge.rows) == 1 and edge.confident
        if not (near and alone and plain and edge.size <= _FURNITURE_SIZE * page.size):
            continue
        if is_page_number(edge.text):
            edge.kind, edge.confidence, edge.marker = PAGE_NUMBER, 0.9, None
        elif (
            edge.size <= _HEAD_SIZE * page.size
            and is_running_head(edge.text)
            and _gap(edge, others, top) >= page.size / 2
        ):
            edge.kind, edge.confidence, edge.marker = (PAGE_HEADER if top else PAGE_FOOTER), 0.7, None


def _is_centred_number(edge: Part, others: Sequence[Part], top: bool, page: PageType) -> bool:
    """Return whether a number stands centred below or above the text, wherever that ends."""
    centre, middle = (edge.box[0] + edge.box[2]) / 2, page.width / 2
    centred = abs(centre - middle) <= _CENTRED * page.width
    return edge.text.strip("-–— ").isdigit() and centred and _gap(edge, others, top) >= page.size


def _gap(edge: Part, others: Sequence[Part], top: bool) -> float:
    if top:
        return min((other.box[1] for other in others), default=0.0) - edge.box[3]
    return edge.box[1] - max((other.box[3] for other in others), default=edge.box[1])
