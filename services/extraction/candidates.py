"""Texts of a page that may be a number of a given shape.

A number may be split over words, over boxes in one row, or over two rows, with any separators.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

from services.extraction.look_alikes import DIGIT, corrected
from services.extraction.page_lines import PageLine, PageLines

#: Digits of other scripts are read as ASCII digits.
_TOKEN = re.compile(r"[^\W_]+|[*•●×]+")
_DIGIT = re.compile(r"\d")
_SEPARATORS = re.compile(r"[\s\-–./:·,_|]*")
_GROUP_SEPARATORS = re.compile(r"[ \-]{1,3}")

#: Gap between two parts of a number in one row, in line heights.
_MAX_GAP = 3.0


@dataclass(frozen=True, slots=True)
class Span:
    """Characters start to end of a line."""

    line: PageLine
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Candidate:
    """A text that fits a shape. read: in upper case, without separators.

    corrected: with look-alike characters replaced where the shape demands it; equal to `read` if it fits as it is.
    before: the text in front of it on its line, and the lines to the left of it in its row.
    """

    read: str
    corrected: str
    spans: tuple[Span, ...]
    before: str

    @property
    def confidence(self) -> float:
        return min(span.line.confidence for span in self.spans)


@dataclass(frozen=True, slots=True)
class _Token:
    text: str
    line: PageLine
    start: int
    end: int


class NumberSearch:
    """Searches the lines of a page, single or joined, for numbers of several shapes."""

    def __init__(self, page: PageLines) -> None:
        self.page = page

    @cached_property
    def _sources(self) -> list[_Source]:
        """On most pages they are not needed."""
        return [_Source(tokens) for tokens in _token_lists(self.page)]

    def candidates(self, shape: str) -> Iterator[Candidate]:
        """All candidates of a shape, each place once. Texts on one line come first, then those on several."""
        used: set[tuple[int, int]] = set()
        needed = shape.count(DIGIT) - _most_changes(shape)
        for source in self._sources:
            if source.digits < needed:
                continue
            for first in range(source.starts):
                found = _candidate_at(source.tokens, first, shape)
                if found is None or (source.joined and len({span.line.index for span in found.spans}) == 1):
                    continue
                places = {(span.line.index, place) for span in found.spans for place in range(span.start, span.end)}
                if not places & used:
                    used |= places
                    yield found


class _Source:
    """Tokens of one line, or of lines that are joined.

    digits: how many there are in all. starts: tokens of the first line. A number that starts in another line is found
    where that one is the first.
    """

    def __init__(self, tokens: Sequence[_Token]) -> None:
        self.tokens = tokens
        self.joined = tokens[0].line is not tokens[-1].line
        self.starts = sum(token.line is tokens[0].line for token in tokens)
        self.digits = len(_DIGIT.findall("".join(token.text for token in tokens)))


def _token_lists(page: PageLines) -> Iterator[list[_Token]]:
    """Of each line with digits; of its row; of it and the line below."""
    tokens = {line.index: _tokens(line) for line in page.lines}
    with_digits = {line.index for line in page.lines if _DIGIT.search(line.text)}
    for index in tokens:
        if index in with_digits:
            yield tokens[index]
    for neighbours in (page.right_of, page.nearest_below):
        for line in page.lines:
            if not tokens[line.index]:
                continue
            others = [other for other in neighbours(line) if tokens[other.index]]
            joined = (line, *others)
            if others and any(each.index in with_digits for each in joined):
                yield [token for each in joined for token in tokens[each.index]]


def _most_changes(shape: str) -> int:
    """Look-alikes that a number may contain. With more of them, every word would be a number."""
    return len(shape) // 4


def _tokens(line: PageLine) -> list[_Token]:
    return [
        _Token(_ascii_digits(match[0]).upper(), line, match.start(), match.end())
        for match in _TOKEN.finditer(line.text)
    ]


def _ascii_digits(text: str) -> str:
    return "".join(str(int(char)) if char.isdecimal() else char for char in text)


def _candidate_at(tokens: Sequence[_Token], first: int, shape: str) -> Candidate | None:
    """The candidate that starts with this token."""
    last = _last_token(tokens, first, len(shape))
    if last is None or not all(_joined(*pair) for pair in pairwise(tokens[first : last + 1])):
        return None
    read = "".join(token.text for token in tokens[first : last + 1])
    text = corrected(read, shape)
    if text is None or _changes(read, text) > _most_changes(shape) or _continues(tokens, first, last, shape):
        return None
    chosen = tokens[first : last + 1]
    lines = list(dict.fromkeys(token.line for token in chosen))
    spans = tuple(
        Span(
            line,
            min(token.start for token in chosen if token.line is line),
            max(token.end for token in chosen if token.line is line),
        )
        for line in lines
    )
    left = [token.line.text for token in tokens[:first] if token.line is not spans[0].line]
    before = " ".join([*dict.fromkeys(left), spans[0].line.text[: spans[0].start]])
    return Candidate(read, text, spans, before.strip())


def _last_token(tokens: Sequence[_Token], first: int, length: int) -> int | None:
    """The token with which the text has exactly this length. None if no token ends there."""
    for last in range(first, len(tokens)):
        length -= len(tokens[last].text)
        if length <= 0:
            return last if length == 0 else None
    return None


def _joined(token: _Token, following: _Token) -> bool:
    """Whether only separators are between two tokens, and no wide gap between two lines of a row."""
    if token.line is not following.line:
        if following.line.left - token.line.right > _MAX_GAP * token.line.height:
            return False
        between = token.line.text[token.end :] + following.line.text[: following.start]
    else:
        between = token.line.text[token.end : following.start]
    return bool(_SEPARATORS.fullmatch(between))


def _changes(read: str, text: str) -> int:
    return sum(a != b for a, b in zip(read, text, strict=True))


def _continues(tokens: Sequence[_Token], first: int, last: int, shape: str) -> bool:
    """Whether a number of digits is only a part of a longer number, or follows a plus sign as telephone numbers do."""
    if set(shape) != {DIGIT}:
        return False
    start, end = tokens[first], tokens[last]
    if start.line.text[: start.start].rstrip().endswith("+"):
        return True
    before, after = tokens[first - 1 : first], tokens[last + 1 : last + 2]
    return any(_is_group(token, start) for token in before) or any(_is_group(end, token) for token in after)


def _is_group(token: _Token, following: _Token) -> bool:
    if token.line is not following.line or not (token.text.isdigit() and following.text.isdigit()):
        return False
    return bool(_GROUP_SEPARATORS.fullmatch(token.line.text[token.end : following.start]))
