"""The text of a document as one string, and where in it each page, block, line and word is.

Azure calls it `content`: its clients find lines and words in it by offset and length.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from services.exports.words import words_of

Polygon = list[list[float]]
#: The first and the last position of a part, as Python counts.
Range = tuple[int, int]
BETWEEN_PAGES = "\n\n"


@dataclass(frozen=True, slots=True)
class PlacedText:
    """A line or a word. content[start:end] is its text, unless the content is Markdown, which may escape it.

    end = start: it is not in the content.
    """

    text: str
    start: int
    end: int
    polygon: Polygon
    confidence: float = 1.0
    words: tuple[PlacedText, ...] = ()

    @property
    def range(self) -> Range:
        return self.start, self.end


@dataclass(frozen=True, slots=True)
class PlacedPage:
    """page: of the result. lines, blocks: one for each of the page's."""

    page: dict[str, Any]
    start: int
    end: int
    lines: tuple[PlacedText, ...]
    blocks: tuple[Range, ...]

    def range_of(self, lines: Sequence[int]) -> Range:
        """From the first to the last of these lines that are in the content."""
        ranges = [self.lines[index].range for index in lines if index < len(self.lines)]
        found = [each for each in ranges if each[1] > each[0]]
        if not found:
            return ranges[0] if ranges else (self.start, self.start)
        return min(start for start, _ in found), max(end for _, end in found)


@dataclass(frozen=True, slots=True)
class Content:
    text: str
    pages: tuple[PlacedPage, ...]


def plain_content(document: dict[str, Any]) -> Content:
    """The text of /ocr: the pages' texts with an empty line between them."""
    texts: list[str] = []
    pages: list[PlacedPage] = []
    start = 0
    for page in document["pages"]:
        text = _page_text(page)
        if texts and text:
            start += len(BETWEEN_PAGES)
        pages.append(_placed_page(page, text, start))
        texts += [text] if text else []
        start += len(text)
    return Content(BETWEEN_PAGES.join(texts), tuple(pages))


def _placed_page(page: dict[str, Any], text: str, start: int) -> PlacedPage:
    lines = tuple(_lines(page, text, start))
    placed = PlacedPage(page, start, start + len(text), lines, ())
    blocks = tuple(placed.range_of(block.get("lines") or ()) for block in page["blocks"])
    return PlacedPage(page, start, start + len(text), lines, blocks)


def _page_text(page: dict[str, Any]) -> str:
    """The page's text if its lines can be found in it, one after the other. Otherwise the lines themselves."""
    text: str = page["text"]
    if places(text, [line["text"] for line in page["lines"]]) is None:
        return "\n".join(line["text"] for line in page["lines"])
    return text


def _lines(page: dict[str, Any], text: str, start: int) -> Iterator[PlacedText]:
    texts = [line["text"] for line in page["lines"]]
    for line, place in zip(page["lines"], places(text, texts) or (), strict=True):
        first = start + place
        words = tuple(_words(line, first))
        yield PlacedText(line["text"], first, first + len(line["text"]), line["bbox"], line["confidence"], words)


def _words(line: dict[str, Any], start: int) -> Iterator[PlacedText]:
    for text, polygon, confidence, place in words_in(line):
        yield PlacedText(text, start + place, start + place + len(text), polygon, confidence)


def words_in(line: dict[str, Any]) -> list[tuple[str, Polygon, float, int]]:
    """Text, polygon, confidence and place of each word in the line's text.

    The found words if the line's text consists of them, otherwise estimated ones.
    """
    words = [(word["text"], word["bbox"], word["confidence"]) for word in line.get("words") or ()]
    found = places(line["text"], [text for text, _, _ in words])
    if not words or found is None:
        words = [(word.text, word.polygon, word.confidence) for word in words_of({**line, "words": ()})]
        found = places(line["text"], [text for text, _, _ in words])
    return [(*word, place) for word, place in zip(words, found or (), strict=False)]


def places(text: str, parts: Sequence[str]) -> list[int] | None:
    """Where the parts are in the text, one after the other. None if one of them is not there."""
    found, place = [], 0
    for part in parts:
        first = text.find(part, place)
        if first < 0:
            return None
        found.append(first)
        place = first + len(part)
    return found


def cells_of(block: dict[str, Any], page: dict[str, Any]) -> list[dict[str, Any]]:
    """The cells of a table. If only its rows are known, each line is a cell."""
    return block.get("cells") or [
        {
            "row": row,
            "column": column,
            "rowspan": 1,
            "colspan": 1,
            "is_header": False,
            "text": page["lines"][index]["text"],
            "bbox": page["lines"][index]["bbox"],
            "lines": [index],
        }
        for row, indices in enumerate(block.get("rows") or [])
        for column, index in enumerate(indices)
    ]
