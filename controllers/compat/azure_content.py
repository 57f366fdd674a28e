"""The text of a document as one string, and where in it each page, line and word is.

Azure calls it `content`: its clients find lines and words in it by offset and length.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from services.exports.words import words_of

Polygon = list[list[float]]
BETWEEN_PAGES = "\n\n"


@dataclass(frozen=True, slots=True)
class PlacedText:
    """A piece of `content`: content[start:end] is its text."""

    text: str
    start: int
    end: int
    polygon: Polygon
    confidence: float = 1.0
    words: tuple[PlacedText, ...] = ()


@dataclass(frozen=True, slots=True)
class PlacedPage:
    page: dict[str, Any]
    start: int
    end: int
    lines: tuple[PlacedText, ...]


@dataclass(frozen=True, slots=True)
class Content:
    text: str
    pages: tuple[PlacedPage, ...]


def content_of(document: dict[str, Any]) -> Content:
    """The text of /ocr: the pages' texts with an empty line between them."""
    texts: list[str] = []
    pages: list[PlacedPage] = []
    start = 0
    for page in document["pages"]:
        text = _page_text(page)
        if texts and text:
            start += len(BETWEEN_PAGES)
        pages.append(PlacedPage(page, start, start + len(text), tuple(_lines(page, text, start))))
        texts += [text] if text else []
        start += len(text)
    return Content(BETWEEN_PAGES.join(texts), tuple(pages))


def _page_text(page: dict[str, Any]) -> str:
    """The page's text if its lines can be found in it, one after the other. Otherwise the lines themselves."""
    text: str = page["text"]
    place = 0
    for line in page["lines"]:
        found = text.find(line["text"], place)
        if found < 0:
            return "\n".join(each["text"] for each in page["lines"])
        place = found + len(line["text"])
    return text


def _lines(page: dict[str, Any], text: str, start: int) -> Iterator[PlacedText]:
    place = 0
    for line in page["lines"]:
        first = text.find(line["text"], place)
        place = first + len(line["text"])
        words = tuple(_words(line, start + first))
        yield PlacedText(line["text"], start + first, start + place, line["bbox"], line["confidence"], words)


def _words(line: dict[str, Any], start: int) -> Iterator[PlacedText]:
    words = [(word["text"], word["bbox"], word["confidence"]) for word in line.get("words") or ()]
    places = _places(line["text"], [text for text, _, _ in words])
    if not words or places is None:
        words = [(word.text, word.polygon, word.confidence) for word in words_of({**line, "words": ()})]
        places = _places(line["text"], [text for text, _, _ in words])
    for (text, polygon, confidence), place in zip(words, places or (), strict=False):
        yield PlacedText(text, start + place, start + place + len(text), polygon, confidence)


def _places(text: str, parts: Sequence[str]) -> list[int] | None:
    """Where the parts are in the text, one after the other. None if one of them is not there."""
    places, place = [], 0
    for part in parts:
        found = text.find(part, place)
        if found < 0 or not part:
            return None
        places.append(found)
        place = found + len(part)
    return places
