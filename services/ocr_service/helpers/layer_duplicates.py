"""Finds text that is drawn more than once in nearly the same place: bold type made by printing twice, and shadows."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence

from services.ocr_service.helpers.layer_characters import (
    Character,
    PageText,
    characters,
    drop_empty,
    join_row,
    lines_of,
    set_characters,
    span_text,
    with_gaps,
)
from services.ocr_service.helpers.page_drawing import Raw

#: Largest distance (em) of a copy, along the line and across it.
_MAX_SHIFT = 0.3
#: Largest distance of a copy, as a share of the length of what is copied. Letters of one word are further apart.
_MAX_SHIFT_SHARE = 0.5
#: Distance (em) within which the letters of a copy have the same shift.
_SAME_SHIFT = 0.05
#: Maximum relative difference of the font sizes.
_MAX_SIZE_RATIO = 1.1
#: Share of a letter's width in which another letter is at the same place.
_SAME_PLACE = 0.5
#: Share of the lower line's height within which two lines are at the same height, and of the shorter line's length
#: that overlaps.
_SAME_HEIGHT, _MIN_OVERLAP = 0.35, 0.1
#: Three letters or digits, or all letters of a word, each twice.
_DOUBLED = re.compile(r"(?:([^\W_])\1(?!\1)){3}|\b(?:([^\W\d_])\2(?!\2)){2,}\b")
_LONGEST_WORD = 20
#: A letter or digit twice.
_PAIR = re.compile(r"([^\W_])\1")
#: Minimum share of letters of a line that are drawn twice, for those that follow each other.
_MIN_DOUBLED = 0.2
#: Parts of a line that was split by copies are at most this far apart (em).
_MAX_GAP = 0.6
#: What MuPDF returns for a glyph without a character. Two of them may be different.
_UNKNOWN = "\ufffd"
#: Bits of red, green and blue that are all set in white and nearly white.
_PALE = 0xE0E0E0


def has_duplicates(text: PageText) -> bool:
    """Whether something may be drawn twice: lines overlap, or letters are doubled."""
    if _has_doubled_letters(text):
        return True
    lines = text.lines
    return any(_has_text(lines[one]) and _has_text(lines[other]) for one, other in _overlapping(lines))


def drop_duplicates(blocks: Sequence[Raw], is_invisible: Callable[[Raw], bool]) -> None:
    """Keep the last copy of text that is drawn several times: it is on top. Invisible text is not compared."""
    lines = list(lines_of(blocks))
    pairs = sorted(tuple(sorted(pair)) for pair in _overlapping(lines))
    doubled = {index for index, line in enumerate(lines) if _PAIR.search("".join(map(span_text, line["spans"])))}
    found = {index: characters(lines[index]) for index in doubled.union(*pairs)}
    changed = {index for index in found if _drop_doubled_letters(found[index], is_invisible)}
    for one, other in pairs:
        if _merge(found[one], found[other], is_invisible):
            changed |= {one, other}
    for index in changed:
        set_characters(lines[index], _stripped(found[index]))
    drop_empty(blocks)
    parts = {id(lines[index]) for index in changed}
    join_row(blocks, lambda line, other: id(line) in parts or id(other) in parts, _MAX_GAP)


def _stripped(chars: Sequence[Character]) -> Sequence[Character]:
    """The characters without spaces at both ends."""
    letters = [index for index, char in enumerate(chars) if not char.text.isspace()]
    return chars[letters[0] : letters[-1] + 1] if letters else ()


def _has_doubled_letters(text: PageText) -> bool:
    """Searches only where two pairs of equal letters or digits follow each other."""
    codes = text.codes
    is_pair = (codes[1:] == codes[:-1]) & (codes[1:] >= ord("0"))
    places = (is_pair[2:] & is_pair[:-2] & ~is_pair[1:-1]).nonzero()[0].tolist()
    return any(_DOUBLED.search(text.text, max(0, at - _LONGEST_WORD), at + _LONGEST_WORD) for at in places)


def _has_text(line: Raw) -> bool:
    return any(span_text(span).strip() for span in line["spans"])


def _overlapping(lines: Sequence[Raw]) -> Iterator[tuple[int, int]]:
    """Pairs of lines that are at the same height and overlap."""
    boxes = sorted([(y0, x0, y1, x1, at) for at, (x0, y0, x1, y1) in enumerate([line["bbox"] for line in lines])])
    for at, (y0, x0, y1, x1, index) in enumerate(boxes, 1):
        reach = (y1 - y0) * _SAME_HEIGHT
        limit = y0 + reach
        while at < len(boxes) and boxes[at][0] <= limit:
            _, ox0, oy1, ox1, other = boxes[at]
            if ox0 < x1 and x0 < ox1 and abs(oy1 - y1) <= reach:
                overlap = min(x1, ox1) - max(x0, ox0)
                if overlap > 0 and overlap > _MIN_OVERLAP * min(x1 - x0, ox1 - ox0):
                    yield index, other
            at += 1


def _merge(first: list[Character], second: list[Character], is_invisible: Callable[[Raw], bool]) -> bool:
    """Remove from two lines (in place) what is in both. Returns whether there was any.

    A line that is only a copy of a part of the other disappears. Otherwise the later copy stays.
    """
    copies = _copies(_visible(first, is_invisible), _visible(second, is_invisible))
    if not copies:
        return False
    later = {id(one.raw): other for one, other in copies}
    is_part = len(copies) == len(_visible(second, is_invisible)) < len(_visible(first, is_invisible))
    if all(_is_pale(other) and not _is_pale(one) for one, other in copies):
        later = {id(one.raw): one for one, _ in copies}
    copied = {id(other.raw) for _, other in copies}
    if is_part:
        first[:] = [later.get(id(char.raw), char) for char in first]
        second[:] = [char for char in second if id(char.raw) not in copied]
    else:
        earlier = {id(other.raw): later[id(one.raw)] for one, other in copies}
        first[:] = [char for char in first if id(char.raw) not in later]
        second[:] = [earlier.get(id(char.raw), char) for char in second]
    return True


def _visible(chars: Sequence[Character], is_invisible: Callable[[Raw], bool]) -> list[Character]:
    return [char for char in chars if not char.text.isspace() and not is_invisible(char.span)]


def _is_pale(char: Character) -> bool:
    return bool(char.span["color"] & _PALE == _PALE)


def _copies(first: Sequence[Character], second: Sequence[Character]) -> list[tuple[Character, Character]]:
    """Pairs of equal letters of two lines, all with the same shift. Empty if other letters are in the same place."""
    by_text: dict[str, list[Character]] = defaultdict(list)
    for other in second:
        by_text[other.text].append(other)
    near = [(one, other) for one in first for other in by_text[one.text] if _is_near(one, other)]
    votes = Counter(_shift(*pair, steps=1) for pair in near)
    if not votes:
        return []
    common = votes.most_common(1)[0][0]
    pairs = {id(one.raw): (one, other) for one, other in near if abs(_shift(one, other, steps=0) - common) <= 1}
    copies = list({id(other.raw): (one, other) for one, other in pairs.values()}.values())
    length = max(one.end for one, _ in copies) - min(one.start for one, _ in copies)
    size = copies[0][0].size
    if abs(common) * _SAME_SHIFT * size > _MAX_SHIFT_SHARE * length or _has_conflict(first, second, copies):
        return []
    return copies


def _is_near(char: Character, other: Character) -> bool:
    size = char.size
    return (
        char.text != _UNKNOWN
        and max(size, other.size) <= _MAX_SIZE_RATIO * min(size, other.size)
        and abs(char.start - other.start) <= _MAX_SHIFT * size
        and abs(char.across - other.across) <= _MAX_SHIFT * size
    )


def _shift(char: Character, other: Character, steps: int) -> float:
    """How much further along the line another letter is, in steps of `_SAME_SHIFT` em. steps: 1 rounds it to them."""
    shift = (other.start - char.start) / (_SAME_SHIFT * char.size)
    return round(shift) if steps else shift


def _has_conflict(
    first: Sequence[Character], second: Sequence[Character], copies: Sequence[tuple[Character, Character]]
) -> bool:
    """Whether letters that are not copies are in the same place: the lines are different text."""
    copied = {id(char.raw) for pair in copies for char in pair}
    rest = [char for char in second if id(char.raw) not in copied]
    return any(_is_same_place(char, other) for char in first if id(char.raw) not in copied for other in rest)


def _is_same_place(char: Character, other: Character) -> bool:
    overlap = min(char.end, other.end) - max(char.start, other.start)
    narrower = min(char.end - char.start, other.end - other.start)
    return overlap > _SAME_PLACE * narrower and abs(char.across - other.across) <= _MAX_SHIFT * char.size


def _drop_doubled_letters(chars: list[Character], is_invisible: Callable[[Raw], bool]) -> bool:
    """Remove the first of two equal letters (in place) in a line in which each is drawn twice before the next one.

    The narrow ones are found by the shift of the wide ones. Returns whether there were any.
    """
    visible = _visible(chars, is_invisible)
    pairs = [(one, two) for one, two in zip(visible, visible[1:], strict=False) if one.text == two.text]
    sure = [pair for pair in pairs if _is_near(*pair) and _is_same_place(*pair)]
    if not sure or len(sure) < _MIN_DOUBLED * len(visible):
        return False
    common = Counter(_shift(*pair, steps=1) for pair in sure).most_common(1)[0][0]
    dropped: set[int] = set()
    for one, two in pairs:
        if id(one.raw) not in dropped and abs(_shift(one, two, steps=0) - common) <= 1:
            dropped.add(id(one.raw))
    letters = [char for char in chars if id(char.raw) not in dropped and not char.is_added]
    chars[:] = with_gaps(letters)
    return True
