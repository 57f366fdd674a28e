"""A finished result as the formats read it: page by page, because its pages may not fit into memory together."""

from __future__ import annotations

import codecs
import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

#: A page of a result document, as in JSON.
Page = dict[str, Any]

_PAGES = '{"pages":['
_PART_BYTES = 1 << 18
_DECODER = json.JSONDecoder()


@dataclass(frozen=True, slots=True)
class Result:
    """read: returns the JSON text of the result in parts, each time from its beginning.

    filename: of the uploaded file. lang: code of the language, or empty. number: the only page to use; 0 for all.
    """

    read: Callable[[], Iterable[bytes]]
    filename: str = ""
    lang: str = ""
    number: int = 0

    @classmethod
    def of(cls, document: dict[str, Any], filename: str = "") -> Result:
        """A result document that is in memory."""
        pages_first = {"pages": document["pages"], **document} if "pages" in document else document
        text = json.dumps(pages_first, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")
        parts = [text[start : start + _PART_BYTES] for start in range(0, len(text), _PART_BYTES)]
        return cls(lambda: parts, filename or document.get("filename", ""), document.get("lang", ""))

    def page(self, number: int) -> Result:
        """The same result with only this page (from 1)."""
        return replace(self, number=number)

    def pages(self) -> Iterator[Page]:
        """The pages in order. A picture with one frame has one page, with the fields of the document."""
        for page in _pages(self.read()):
            if self.number in (0, page["page"]):
                yield page


def _pages(parts: Iterable[bytes]) -> Iterator[Page]:
    """A document with pages begins with them. A few of them are in memory at a time."""
    decode = codecs.getincrementaldecoder("utf-8")("replace").decode
    texts = map(decode, parts)
    buffer = _more(texts, len(_PAGES))
    if not buffer.startswith(_PAGES):
        document = json.loads(buffer + "".join(texts))
        yield {"page": 1, "success": True, "source": "ocr", "fields": [], **document}
        return
    buffer = buffer[len(_PAGES) :]
    while not buffer.startswith("]"):
        try:
            page, end = _DECODER.raw_decode(buffer)
        except json.JSONDecodeError:  # its end is missing: try again with twice as much text
            more = _more(texts, len(buffer) + 1)
            if not more:
                raise
            buffer = (buffer + more).removeprefix(",")
            continue
        yield page
        buffer = buffer[end:].removeprefix(",")


def _more(texts: Iterator[str], size: int) -> str:
    """At least this many characters, if there are as many."""
    found: list[str] = []
    while size > 0 and (text := next(texts, None)) is not None:
        found.append(text)
        size -= len(text)
    return "".join(found)
