"""The job option `pages`: which pages of a document are wanted, such as `1-3,7`."""

from __future__ import annotations

import re

from services.errors import InvalidOption, PageOutOfRange

#: Nobody writes more by hand, and a machine can send ranges.
_LONGEST = 1000
_PART = re.compile(r"([0-9]{1,6})(?:-([0-9]{1,6}))?")


def check_pages(spec: str) -> tuple[tuple[int, int], ...]:
    """The ranges (first, last) that `spec` names, in its order, without knowing the document.

    Raises InvalidOption, naming `pages`, for anything but numbers from 1 and rising ranges between commas.
    """
    if len(spec) > _LONGEST:
        raise _malformed()
    return tuple(_range_of(part.strip(" ")) for part in spec.split(","))


def parse_pages(spec: str, page_count: int) -> tuple[int, ...]:
    """Page numbers that `spec` names in a document of `page_count` pages: ascending, each once.

    Raises InvalidOption for a malformed `spec`, PageOutOfRange for a page that the document does not have.
    """
    ranges = check_pages(spec)
    last = max(last for _, last in ranges)
    if last > page_count:
        has = "1 page" if page_count == 1 else f"{page_count} pages"
        raise PageOutOfRange(f"The option pages asks for page {last}; the document has {has}.", option="pages")
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
    return InvalidOption("The option pages takes page numbers and rising ranges, such as 1-3,7.", option="pages")
