"""The job option `pages`: selects pages of a document, such as `1-3,7`."""

from __future__ import annotations

import re

from services.errors import InvalidOption, PageOutOfRange

#: Characters. Enough for any list written by hand; programs can send ranges.
_MAX_LENGTH = 1000
_PART = re.compile(r"([0-9]{1,6})(?:-([0-9]{1,6}))?")


def check_pages(spec: str) -> tuple[tuple[int, int], ...]:
    """The ranges (first, last) in `spec`, in order. Does not need the document.

    Raises InvalidOption unless `spec` is a comma-separated list of page numbers (from 1) and ascending ranges.
    """
    if len(spec) > _MAX_LENGTH:
        raise _malformed()
    return tuple(_range_of(part.strip(" ")) for part in spec.split(","))


def parse_pages(spec: str, page_count: int) -> tuple[int, ...]:
    """The page numbers selected by `spec`, ascending and without duplicates.

    Raises InvalidOption for a malformed `spec`, and PageOutOfRange if the document has fewer pages.
    """
    ranges = check_pages(spec)
    last = max(last for _, last in ranges)
    if last > page_count:
        has = "1 page" if page_count == 1 else f"{page_count} pages"
        raise PageOutOfRange(f"The option `pages` requests page {last}, but the document has {has}.", option="pages")
    return tuple(sorted({page for first, last in ranges for page in range(first, last + 1)}))


def _range_of(part: str) -> tuple[int, int]:
    match = _PART.fullmatch(part)
    if match is None:
        raise _malformed()
    first = int(match[1])
    last = int(match[2] or first)
    if not 1 <= first <= last:
        raise _malformed()
    return first, last


def _malformed() -> InvalidOption:
    return InvalidOption(
        "The option `pages` must be a list of page numbers and ascending ranges, such as 1-3,7.", option="pages"
    )
