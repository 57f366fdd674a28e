"""Texts of a page that may be a number of a given shape.

A number may be split over words, over boxes in one row, or over two rows, with any separators.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from services.extraction.look_alikes import DIGIT, corrected, fits
from services.extraction.page_lines import PageLine, PageLines

#: Digits of other scripts are read as ASCII digits.
_TOKEN = re.compile(r"[^\W_]+|[*•●×]+")
_SEPARATORS = re.compile(r"[\s\-–./:·,_|]*")
_GROUP_SEPARATORS = re.compile(r"[ \-]{1,3}")


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


def candidates(page: PageLines, shape: str) -> Iterator[Candidate]:
    """All candidates of a shape, each place once. Texts on one line come first, then those on several."""
    used: set[tuple[int, int]] = set()
    for pieces in _sources(page):
        tokens = [token for line in pieces for token in _tokens(line)]
        for first in range(len(tokens)):
            found = _candidate_at(tokens, first, shape)
            if found is None or (len(pieces) > 1 and len({span.line.index for span in found.spans}) == 1):
                continue
            places = {(span.line.index, place) for span in found.spans for place in range(span.start, span.end)}
            if not places & used:
                used |= places
                yield found


def _sources(page: PageLines) -> Iterator[Sequence[PageLine]]:
    for line in page.lines:
        yield (line,)
    for line in page.lines:
        if right := page.right_of(line):
            yield (line, *right)
    for line in page.lines:
        for below in page.below(line)[:1]:
            yield (line, below)


def _tokens(line: PageLine) -> list[_Token]:
    return [
        _Token(_ascii_digits(match[0]).upper(), line, match.start(), match.end())
        for match in _TOKEN.finditer(line.text)
    ]


def _ascii_digits(text: str) -> str:
    return "".join(str(int(char)) if char.isdecimal() else char for char in text)


def _candidate_at(tokens: Sequence[_Token], first: int, shape: str) -> Candidate | None:
    """The candidate that starts with this token."""
    read = ""
    for last in range(first, len(tokens)):
        token = tokens[last]
        if last > first and not _joined(tokens[last - 1], token):
            return None
        read += token.text
        if len(read) >= len(shape):
            break
    text = corrected(read, shape)
    # Without enough characters that fit as they are, every word would be a number of look-alikes.
    if text is None or _changes(read, text) > len(shape) // 4 or _continues(tokens, first, last, shape):
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


def _joined(token: _Token, following: _Token) -> bool:
    """Whether only separators are between two tokens."""
    if token.line is not following.line:
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


def fits_as_read(candidate: Candidate, shape: str) -> bool:
    return fits(candidate.read, shape)
