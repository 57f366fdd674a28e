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
    matches = [_PART.fullmatch(part.strip(" ")) for part in spec[:_MAX_LENGTH].split(",")]
    ranges = tuple((int(match[1]), int(match[2] or match[1])) for match in matches if match)
    if len(spec) > _MAX_LENGTH or len(ranges) < len(matches) or not all(1 <= first <= last for first, last in ranges):
        raise InvalidOption(
            "The option `pages` must be a list of page numbers and ascending ranges, such as 1-3,7.", option="pages"
        )
    return ranges


def parse_pages(spec: str, page_count: int) -> tuple[int, ...]:
    """The page numbers selected by `spec`, ascending and without duplicates.

    Raises InvalidOption for a malformed `spec`, and PageOutOfRange if the document has fewer pages.
    """
    ranges = check_pages(spec)
    last = max(last for _, last in ranges)
    if last > page_count:
        has = "1 page" if page_count == 1 else f"{page_count} pages"
        raise PageOutOfRange(
            f"The option `pages` requests page {last}, but the document has {has}.",
            option="pages",
            total_pages=page_count,
        )
    return tuple(sorted({page for first, last in ranges for page in range(first, last + 1)}))
