"""Find machine-readable zones among the lines of a page, and read their lines a second time."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from services.extraction.candidates import Span
from services.extraction.found import CORRECTED, Document, box_around
from services.extraction.mrz.formats import ALPHABET, FILLER
from services.extraction.mrz.zone import Zone, best_zone, cleaned
from services.extraction.page_lines import Box, PageLine, PageLines

#: Reads the content of polygons again, with the characters of an alphabet only: (polygons, alphabet) -> texts.
ReadAgain = Callable[[Sequence[Box], str], Sequence[str]]

_MIN_CHARACTERS = 24
_MAX_CHARACTERS = 50
#: Lines of a zone are at most this many heights apart.
_LINE_DISTANCE = 3.5
#: Share of a line's height by which its crop is extended on all sides: the detector cuts fillers off.
_MARGIN = 0.12
_SIDE_MARGIN = 0.5


@dataclass(frozen=True, slots=True)
class _Row:
    """A line of the zone. It may consist of several detected lines side by side."""

    lines: tuple[PageLine, ...]

    @property
    def text(self) -> str:
        return "".join(cleaned(line.text) for line in self.lines)

    @property
    def box(self) -> Box:
        first, last = self.lines[0].bbox, self.lines[-1].bbox
        return [first[0], last[1], last[2], first[3]]


def find_zones(page: PageLines, number: int, read_again: ReadAgain | None) -> Iterator[Document]:
    """The zones on a page. number: the page number. read_again: None trusts the first reading."""
    for rows in _groups(page):
        for count in (3, 2):
            zone, chosen = _best_of(rows, count, read_again)
            if zone:
                yield _document(zone, chosen, number)
                break


def _groups(page: PageLines) -> Iterator[list[_Row]]:
    """Rows that may belong to one zone, from top to bottom."""
    group: list[_Row] = []
    for row in sorted(_rows(page), key=lambda row: row.lines[0].middle):
        line = row.lines[0]
        if group and line.middle - group[-1].lines[0].middle > _LINE_DISTANCE * line.height:
            yield group
            group = []
        group.append(row)
    if group:
        yield group


def _rows(page: PageLines) -> Iterator[_Row]:
    taken: set[int] = set()
    for line in page.lines:
        if line.index in taken or not _is_alphabet(line.text):
            continue
        pieces = [line, *(other for other in page.right_of(line) if _is_alphabet(other.text))]
        row = _Row(tuple(pieces))
        if _MIN_CHARACTERS <= len(row.text) <= _MAX_CHARACTERS and _is_zone_text(row.text):
            taken |= {piece.index for piece in pieces}
            yield row


def _is_alphabet(text: str) -> bool:
    """Whether a text may be a part of a zone. Letters such as `P` may be read as small ones, beside fillers only."""
    text_of_zone = cleaned(text)
    return all(char in ALPHABET for char in text_of_zone) and (text.upper() == text or FILLER * 2 in text_of_zone)


def _is_zone_text(text: str) -> bool:
    return FILLER in text or len(re.findall(r"\d", text)) >= 12


def _best_of(rows: Sequence[_Row], count: int, read_again: ReadAgain | None) -> tuple[Zone | None, Sequence[_Row]]:
    """The best zone of `count` neighbouring rows. Only a zone that the first reading shows is read again."""
    best: tuple[float, Zone | None, Sequence[_Row]] = (-1.0, None, ())
    for start in range(len(rows) - count + 1):
        chosen = rows[start : start + count]
        if zone := best_zone([[row.text] for row in chosen]):
            share = sum(zone.checks.values()) / len(zone.checks)
            best = max(best, (share, zone, chosen), key=lambda each: each[0])
    _, zone, chosen = best
    if zone and read_again:
        second = read_again([_extended(row.box) for row in chosen], ALPHABET)
        readings = [[text, row.text] if text else [row.text] for text, row in zip(second, chosen, strict=True)]
        zone = best_zone(readings) or zone
    return zone, chosen


def _extended(box: Box) -> Box:
    (ax, ay), (bx, by), (cx, cy), (dx, dy) = box
    height = ((dx - ax) ** 2 + (dy - ay) ** 2) ** 0.5
    width = max(1.0, ((bx - ax) ** 2 + (by - ay) ** 2) ** 0.5)
    along = ((bx - ax) / width * height * _SIDE_MARGIN, (by - ay) / width * height * _SIDE_MARGIN)
    down = ((dx - ax) * _MARGIN, (dy - ay) * _MARGIN)
    return [
        [ax - along[0] - down[0], ay - along[1] - down[1]],
        [bx + along[0] - down[0], by + along[1] - down[1]],
        [cx + along[0] + down[0], cy + along[1] + down[1]],
        [dx - along[0] + down[0], dy - along[1] + down[1]],
    ]


def _document(zone: Zone, rows: Sequence[_Row], number: int) -> Document:
    lines = [line for row in rows for line in row.lines]
    return Document(
        "mrz",
        zone.number,
        zone.checks,
        min(line.confidence for line in lines),
        number,
        box_around([row.box for row in rows]),
        [line.index for line in lines],
        zone.fields(),
        [CORRECTED] if zone.corrected else [],
        spans=[Span(line, 0, len(line.text)) for line in lines],
        extra={"format": zone.format.name, "mrz": list(zone.lines)},
    )
