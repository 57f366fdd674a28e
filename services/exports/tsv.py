"""Tab-separated values with the twelve columns of Tesseract, for programs that read those."""

from __future__ import annotations

from collections.abc import Iterator

from services.exports.result import Page, Result
from services.exports.spreadsheets import neutralised
from services.exports.structure import areas_of
from services.exports.words import Box, words_of

COLUMNS = (
    "level", "page_num", "block_num", "par_num", "line_num", "word_num", "left", "top", "width", "height", "conf",
    "text",
)  # fmt: skip
_PAGE, _BLOCK, _PARAGRAPH, _LINE, _WORD = 1, 2, 3, 4, 5
#: Confidence of a row that is not a word.
_NONE = "-1"


def export(result: Result) -> Iterator[bytes]:
    yield ("\t".join(COLUMNS) + "\n").encode()
    for page in result.pages():
        yield "".join(_page(page)).encode()


def _page(page: Page) -> Iterator[str]:
    number = page["page"]
    yield _row(_PAGE, number, 0, 0, 0, 0, Box(0, 0, page["width"] or 0, page["height"] or 0))
    for block_number, block in enumerate(areas_of(page), 1):
        lines = [page["lines"][index] for index in block.lines]
        box = Box.around_all(line["bbox"] for line in lines)
        yield _row(_BLOCK, number, block_number, 0, 0, 0, box)
        yield _row(_PARAGRAPH, number, block_number, 1, 0, 0, box)
        for line_number, line in enumerate(lines, 1):
            yield _row(_LINE, number, block_number, 1, line_number, 0, Box.around(line["bbox"]))
            for word_number, word in enumerate(words_of(line), 1):
                place = (number, block_number, 1, line_number, word_number)
                confidence = f"{100 * word.confidence:.2f}"
                yield _row(_WORD, *place, Box.around(word.polygon), confidence, neutralised(word.text))


def _row(
    level: int, page: int, block: int, par: int, line: int, word: int, box: Box, conf: str = _NONE, text: str = ""
) -> str:
    place = f"{level}\t{page}\t{block}\t{par}\t{line}\t{word}"
    return f"{place}\t{box.left}\t{box.top}\t{box.width}\t{box.height}\t{conf}\t{text}\n"
