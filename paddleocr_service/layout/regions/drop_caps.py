"""Drop caps: the first letter of a text, as high as several of its rows, is joined to its word."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from ...results import Line
from .text_rows import Box, box_of_lines, weighted_median

_MIN_HEIGHT = 1.8  # of the letter, relative to the rows beside it
_MAX_HEIGHT = 9.0
_MAX_GAP = 1.2  # line heights between the letter and its rows
_EDGE = 0.7  # line heights by which the rows beside it may differ in their left edge
_MAX_LENGTH = 2  # characters: a letter, and a quotation mark
_MIN_ROW = 8  # characters of the rows beside it
_LETTERS = {"0": "O", "1": "I", "5": "S", "8": "B", "|": "I", "l": "I"}
_QUOTES = "\"'“„«‘"
#: Letters that are words. Only a word that goes on in small letters is joined to them.
_WORDS = {"A", "I", "O", "À", "Y", "É", "E", "U", "W", "Z"}


def join_drop_caps(lines: Iterable[Line]) -> list[Line]:
    """Return the lines of a page, each drop cap joined to the first row beside it."""
    lines = list(lines)
    letters = [index for index, line in enumerate(lines) if _is_letter(line.text)]
    if not letters or len(lines) <= len(letters):
        return lines
    boxes = [box_of_lines([line]) for line in lines]
    usual = weighted_median([(box[3] - box[1], len(line.text)) for box, line in zip(boxes, lines, strict=True)])
    joined: dict[int, int] = {}
    for index in letters:
        height = boxes[index][3] - boxes[index][1]
        if _MIN_HEIGHT * usual <= height <= _MAX_HEIGHT * usual:
            row = _first_row(boxes[index], boxes, lines)
            if row is not None:
                joined[index] = row
    for letter, row in joined.items():
        lines[row] = _joined(lines[letter], lines[row])
    return [line for index, line in enumerate(lines) if index not in joined]


def join_in_row(row: tuple[Line, ...]) -> tuple[Line, ...]:
    """Return a row of a text layer, which has the drop cap and the text beside it in one row, with both joined."""
    letter, first = row[0], row[1]
    box, beside = box_of_lines([letter]), box_of_lines([first])
    tall = box[3] - box[1] >= _MIN_HEIGHT * (beside[3] - beside[1])
    near = beside[0] - box[2] <= _MAX_GAP * (beside[3] - beside[1])
    return (_joined(letter, first), *row[2:]) if tall and near and _is_letter(letter.text) else row


def _is_letter(text: str) -> bool:
    plain = text.strip().strip(_QUOTES)
    return len(text.strip()) <= _MAX_LENGTH and len(plain) == 1 and (plain.isupper() or plain in _LETTERS)


def _first_row(letter: Box, boxes: Sequence[Box], lines: Sequence[Line]) -> int | None:
    """Return the index of the first of the rows beside a letter; None unless there are two with one left edge."""
    beside = []
    for index, box in enumerate(boxes):
        height = box[3] - box[1]
        if height * _MIN_HEIGHT > letter[3] - letter[1] or len(lines[index].text) < _MIN_ROW:
            continue
        middle, gap = (box[1] + box[3]) / 2, box[0] - letter[2]
        if -_MAX_GAP / 2 * height <= gap <= _MAX_GAP * height and letter[1] <= middle <= letter[3]:
            beside.append(index)
    beside.sort(key=lambda index: boxes[index][1])
    if len(beside) < 2:  # noqa: PLR2004
        return None
    first, second = boxes[beside[0]], boxes[beside[1]]
    height = first[3] - first[1]
    at_top = first[1] - letter[1] <= height
    return beside[0] if at_top and abs(first[0] - second[0]) <= _EDGE * height else None


def _joined(letter: Line, row: Line) -> Line:
    """Return the row with the letter. Its polygon begins at the left edge of the letter."""
    initial = "".join(_LETTERS.get(char, char) for char in letter.text.strip())
    space = " " if initial in _WORDS and not row.text[:1].islower() and len(row.text.split(" ", 1)[0]) > 1 else ""
    left = min(x for x, _ in letter.polygon)
    (_, ay), b, c, (_, dy) = row.polygon
    polygon = ((left, ay), b, c, (left, dy))
    words = row.words
    if words and not space:
        (_, wy), wb, wc, (_, vy) = words[0].polygon
        first = replace(words[0], text=initial + words[0].text, polygon=((left, wy), wb, wc, (left, vy)))
        words = (first, *words[1:])
    elif words and letter.words:
        words = (replace(letter.words[0], text=initial), *words)
    return replace(row, text=initial + space + row.text, polygon=polygon, words=words)
