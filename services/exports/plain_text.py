"""Plain text: the text of each page, separated by form feeds."""

from __future__ import annotations

from collections.abc import Iterator

from services.exports.characters import clean
from services.exports.result import Result


def export(result: Result) -> Iterator[bytes]:
    for index, page in enumerate(result.pages()):
        yield ("\f" if index else "").encode() + clean(page["text"]).encode()
