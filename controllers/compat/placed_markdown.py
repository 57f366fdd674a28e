"""The Markdown of a document, and where in it each page, block, line and word is.

The blocks are those of the format `markdown`. As in Azure's Markdown, comments hold the page headers, footers and
numbers, and separate pages. What Markdown escapes is found in its escaped form; what it leaves out, such as the
bullet of a list item, has an empty place.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from controllers.compat.placed_text import Content, PlacedPage, PlacedText, Range, cells_of, words_in
from services.exports.markdown import block_as_markdown, escaped, kind_of, separator
from services.exports.structure import FURNITURE, Block, Table, blocks_of

PAGE_BREAK = "\n\n<!-- PageBreak -->\n\n"
_COMMENTS = {"page_header": "PageHeader", "page_footer": "PageFooter", "page_number": "PageNumber"}
#: A word is searched within so many characters, which are markup and text that is not in the lines.
_NEAR = 60
_HYPHENS = "-\u2010\u00ad"
_HTML_CELL = re.compile(r"<t[dh][^>]*>(.*?)</t[dh]>", re.DOTALL)


def markdown_content(document: dict[str, Any]) -> Content:
    writer = _Writer()
    pages = []
    for number, page in enumerate(document["pages"]):
        if number:
            writer.write(PAGE_BREAK)
        pages.append(_page(page, writer))
    return Content("".join(writer.parts), tuple(pages))


@dataclass
class _Writer:
    parts: list[str] = field(default_factory=list)
    length: int = 0

    def write(self, text: str) -> Range:
        start = self.length
        self.parts.append(text)
        self.length += len(text)
        return start, self.length


def _page(page: dict[str, Any], writer: _Writer) -> PlacedPage:
    start, previous = writer.length, ""
    placed: dict[int, PlacedText] = {}
    ranges: list[Range] = []
    for block, cells in _blocks(page):
        text = _comment(block) if block.kind in FURNITURE else block_as_markdown(block)
        kind = kind_of(block, text)
        if text and previous:
            writer.write(separator(previous, kind))
        place = writer.write(text)
        ranges.append(place)
        previous = kind if text else previous
        for index, found in _placed_lines(page["lines"], block, cells, text, place[0]):
            placed[index] = _merged(placed[index], found) if index in placed else found
    end = writer.length
    lines = tuple(placed.get(index) or _missing(line, end) for index, line in enumerate(page["lines"]))
    return PlacedPage(page, start, end, lines, tuple(ranges[: len(page["blocks"])]))


def _blocks(page: dict[str, Any]) -> Iterator[tuple[Block, list[dict[str, Any]]]]:
    """The page's blocks with the cells of tables, and one more for lines that belong to no block."""
    used: set[int] = set()
    blocks = page["blocks"]
    for number, block in enumerate(blocks_of(page)):
        used.update(block.lines)
        yield block, cells_of(blocks[number], page) if blocks and block.table else []
    rest = tuple(index for index in range(len(page["lines"])) if index not in used)
    if rest and blocks:
        yield Block("paragraph", "\n".join(page["lines"][index]["text"] for index in rest), rest), []


def _placed_lines(
    lines: list[dict[str, Any]], block: Block, cells: list[dict[str, Any]], text: str, start: int
) -> Iterator[tuple[int, PlacedText]]:
    """The index and the place of each line of a block. text: its Markdown, which begins at `start`.

    A line whose words are in several cells of a table comes several times.
    """
    if not cells or not block.table:
        search = _Search(text, start, (0, len(text)))
        yield from ((index, search.line(lines[index])) for index in block.lines)
        return
    ranges = _cell_ranges(block.table, text)
    for cell in cells:
        search = _Search(text, start, ranges.get((cell["row"], cell["column"]), (0, 0)), near=len(text))
        yield from ((index, search.line(lines[index])) for index in cell["lines"] if index < len(lines))


def _cell_ranges(table: Table, text: str) -> dict[tuple[int, int], Range]:
    """Where the text of each cell is in the Markdown of a table, by row and column."""
    if table.has_spans:
        cells = [cell for row in table.by_row() for cell in row]
        found = zip(cells, _HTML_CELL.finditer(text), strict=False)
        return {(cell.row, cell.column): match.span(1) for cell, match in found}
    ranges: dict[tuple[int, int], Range] = {}
    place = 0
    for number, line in enumerate(text.split("\n")):
        start = place + len("| ")
        for column, cell_text in enumerate(line[2:-2].split(" | ")):
            if number != 1:  # the line between the header and the rest
                ranges[max(0, number - 1), column] = (start, start + len(cell_text))
            start += len(cell_text) + len(" | ")
        place += len(line) + 1
    return ranges


def _comment(block: Block) -> str:
    text = " ".join(block.text.split()).replace("-->", "--&gt;")
    return f'<!-- {_COMMENTS[block.kind]}="{text}" -->' if text else ""


def _merged(line: PlacedText, again: PlacedText) -> PlacedText:
    """Each word where it was found first."""
    pairs = zip(line.words, again.words, strict=True)
    return _around([first if first.end > first.start else second for first, second in pairs], line, line.start)


def _around(words: list[PlacedText], line: PlacedText, place: int) -> PlacedText:
    """The line from the first to the last of its words that are in the Markdown, otherwise empty at `place`."""
    found = [word.range for word in words if word.end > word.start]
    start, end = min((each[0] for each in found), default=place), max((each[1] for each in found), default=place)
    return replace(line, start=start, end=end, words=tuple(words))


def _missing(line: dict[str, Any], place: int) -> PlacedText:
    return PlacedText(line["text"], place, place, line["bbox"], line["confidence"])


class _Search:
    """Finds words in a part of the Markdown of a block, one after the other."""

    def __init__(self, text: str, start: int, part: Range, near: int = _NEAR) -> None:
        self._text, self._start = text, start
        self._first, self._end = part
        self._place = self._first
        self._window = self._near = near

    def line(self, line: dict[str, Any]) -> PlacedText:
        words = []
        for text, polygon, confidence, _ in words_in(line):
            first, last = self._word(text)
            words.append(PlacedText(text, self._start + first, self._start + last, polygon, confidence))
        return _around(words, PlacedText(line["text"], 0, 0, line["bbox"], line["confidence"]), self._start)

    def _word(self, word: str) -> Range:
        forms = dict.fromkeys([word, escaped(word), html.escape(word), word.rstrip(_HYPHENS)])
        near = min(self._end, self._place + self._window + len(word))
        # Lines of a cell may be in another order than its text.
        for place, limit in ((self._place, near), (self._first, min(self._end, self._first + self._near))):
            found = [(first, form) for form in forms if form and (first := self._find(form, place, limit)) >= 0]
            if found:
                # The longest form: "\\*" rather than "*", where both are found.
                first, form = min(found, key=lambda found: (found[0], -len(found[1])))
                self._place, self._window = first + len(form), self._near
                return first, self._place
        self._window += len(word) + 1  # its text may be there in another form
        return self._place, self._place

    def _find(self, word: str, start: int, end: int) -> int:
        """The next place of the word: as a whole word if there is one. Otherwise it may be a part of a longer one."""
        any_place = place = self._text.find(word, start, end)
        while place >= 0:
            before, after = self._text[place - 1 : place], self._text[place + len(word) : place + len(word) + 1]
            if not (_joins(before, word[0]) or _joins(word[-1], after)):
                return place
            place = self._text.find(word, place + 1, end)
        return any_place


def _joins(left: str, right: str) -> bool:
    """Whether two characters are within one word. In scripts without spaces that is not known."""
    return (left + right).isascii() and left.isalnum() and right.isalnum()
