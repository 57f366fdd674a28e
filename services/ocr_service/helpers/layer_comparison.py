"""Compares lines of a text layer with OCR of the rendered page, as a whole or character by character."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from difflib import SequenceMatcher
from functools import lru_cache
from itertools import filterfalse

from services.ocr_service.helpers.layer_gaps import is_private
from services.ocr_service.helpers.text_layer import LayerLine

#: Lines compared as a whole, and the minimum similarity of the two texts.
_SAMPLE_LINES, _MIN_SIMILARITY = 3, 0.7
#: Lines compared to check characters.
_CHARACTER_LINES = 4
#: A character is wrong if more than this share of its occurrences is.
_MAX_WRONG = 0.5
#: Pairs of characters that OCR confuses.
_ALIKE = {"o": "0", "l": "1", "i": "1", "s": "5", "b": "8", "z": "2"}

#: Characters by font name.
Characters = Mapping[str, Collection[str]]


def sample(lines: Sequence[LayerLine]) -> list[LayerLine]:
    """A few lines to compare with OCR: upright, long, and of different fonts if possible."""
    straight = [line for line in lines if line.upright] or [line for line in lines if line.turns is not None]
    straight.sort(key=lambda line: -len(line.line.text))
    first_of_font = {line.fonts[0][0]: line for line in reversed(straight)}
    chosen = sorted(first_of_font.values(), key=lambda line: -len(line.line.text))[:_SAMPLE_LINES]
    return chosen + [line for line in straight if line not in chosen][: _SAMPLE_LINES - len(chosen)]


def same_text(layer: str, ocr: str) -> bool:
    """Whether two readings of the same lines agree, apart from small errors and punctuation."""
    one, other = (re.sub(r"[\W_]", "", unicodedata.normalize("NFKC", text)).casefold() for text in (layer, ocr))
    return SequenceMatcher(None, one, other, autojunk=False).ratio() >= _MIN_SIMILARITY


def lines_with(characters: Characters, lines: Iterable[LayerLine]) -> tuple[LayerLine, ...]:
    """The lines that contain these characters."""
    return tuple(line for line in lines if _contained(characters, line)) if characters else ()


def sample_with(characters: Characters, lines: Sequence[LayerLine]) -> list[LayerLine]:
    """A few lines that together contain as many of the characters as possible."""
    mapped = {name: set(filterfalse(is_private, chars)) for name, chars in characters.items()}
    contained = [(line, _contained(mapped, line)) for line in lines if line.turns is not None]
    chosen: list[LayerLine] = []
    missing = set().union(*(found for _, found in contained))
    while missing and len(chosen) < _CHARACTER_LINES:
        line, found = max(contained, key=lambda pair: (len(pair[1] & missing), len(pair[0].line.text)))
        chosen.append(line)
        missing -= found
    return chosen


def wrong_characters(characters: Characters, readings: Iterable[tuple[LayerLine, str]]) -> dict[str, set[str]]:
    """Those of the characters that OCR reads differently. readings: lines of the layer with what OCR reads there.

    A font shows its digits by one map, so all of them are wrong if one is; the same holds for its letters if most are.
    Signs cannot be compared, so those in doubt are wrong.
    """
    seen: Counter[tuple[str, str]] = Counter()
    wrong: Counter[tuple[str, str]] = Counter()
    for line, ocr in readings:
        for name, character, agrees in _compared(line, ocr):
            if character in characters.get(name, ()):
                seen[name, character] += 1
                wrong[name, character] += not agrees
    result = {}
    for name, doubted in characters.items():
        bad = {char for char in doubted if _is_sign(char) or wrong[name, char] > _MAX_WRONG * seen[name, char]}
        for kind in (str.isdecimal, _is_ascii_letter):
            of_kind = set(filter(kind, doubted))
            compared = [char for char in of_kind if seen[name, char]]
            needed = 1 if kind is str.isdecimal else max(1, _MAX_WRONG * len(compared))
            if len(bad & of_kind) >= needed:
                bad |= of_kind
        if bad:
            result[name] = bad
    return result


def differs_at(characters: Characters, line: LayerLine, ocr: str) -> bool:
    """Whether OCR reads more or other letters where the line has one of these characters, as for a ligature."""
    given, opcodes = _aligned(line, ocr)
    doubted = [at for at, (name, char, _) in enumerate(given) if char in characters.get(name, ())]
    return any(
        kind != "equal" and start - 1 <= at <= max(start, end - 1)
        for kind, start, end, _, _ in opcodes
        for at in doubted
    )


def _is_sign(character: str) -> bool:
    return is_private(character) or not character.isalnum()


def _is_ascii_letter(character: str) -> bool:
    return character.isascii() and character.isalpha()


def _contained(characters: Characters, line: LayerLine) -> set[tuple[str, str]]:
    return {(name, char) for name, part in line.fonts for char in set(part).intersection(characters.get(name, ()))}


def _compared(line: LayerLine, ocr: str) -> Iterator[tuple[str, str, bool]]:
    """Font name, character, and whether OCR agrees, for each letter and digit of a line."""
    read = _plain_characters(ocr)
    given, opcodes = _aligned(line, ocr)
    for kind, start, end, read_start, read_end in opcodes:
        for at in range(start, end):
            name, char, plain = given[at]
            agrees = kind == "equal"
            if kind == "replace" and end - start == read_end - read_start:
                other = read[read_start + at - start]
                # OCR does not know all letters of all languages, so another letter does not prove anything.
                is_accented = char > "\x7f" and len(_plain(char)) == 1
                agrees = _alike(plain, other) or (is_accented and other.isalpha())
            yield name, char, agrees


def _aligned(line: LayerLine, ocr: str) -> tuple[list[tuple[str, str, str]], list[tuple[str, int, int, int, int]]]:
    """Font name, character and plain character of a line, and the differences of OCR as difflib describes them."""
    given = [(name, char, plain) for name, part in line.fonts for char in part for plain in _plain(char)]
    matcher = SequenceMatcher(None, [plain for _, _, plain in given], _plain_characters(ocr), autojunk=False)
    return given, list(matcher.get_opcodes())


def _plain_characters(text: str) -> list[str]:
    return [plain for char in text for plain in _plain(char)]


@lru_cache(4096)
def _plain(character: str) -> tuple[str, ...]:
    """The letters and digits of a character, without accents and case. Several for a ligature."""
    parts = unicodedata.normalize("NFKD", character).casefold()
    return tuple(part for part in parts if part.isalnum())


def _alike(one: str, other: str) -> bool:
    """Whether OCR confuses a digit with a letter or another digit."""
    if one.isalpha() and other.isalpha():
        return one == other
    return _ALIKE.get(one, one) == _ALIKE.get(other, other)
