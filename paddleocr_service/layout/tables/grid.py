"""From the items and rules of one table to its cells."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from statistics import median

from ...results import Cell
from .cells import Box, Table, join
from .columns import Columns
from .rows import Item, Row, Segment, is_number, rows_of
from .rules import Rules

#: Rules between two rows divide them if they cover this part of the table's width.
_MIN_DIVIDER = 0.6
#: If there are this many bands between rules for each text row, the rules divide the rows of the table.
_MIN_BANDS = 0.3
#: A rule that covers less of a column than this leaves its cells joined.
_MAX_OPEN = 0.3
#: Text rows of one cell are at most this many times as far apart as usual.
_MAX_WRAP, _MAX_HEADER_STEP = 1.05, 1.6
#: Most distance between the middles of a heading and of the columns that it spans, in heights of a row.
_CENTRED = 0.6

_YEAR = re.compile(r"(1[89]|20)\d\d([-–/]\d{2,4})?$")

#: First and last column.
Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class _TextRow:
    """One text row of a table: its segments by the columns they cover."""

    y0: float
    y1: float
    parts: dict[Span, list[Segment]]

    @property
    def middle(self) -> float:
        return (self.y0 + self.y1) / 2

    def text(self, span: Span) -> str:
        return " ".join(segment.text for segment in self.parts[span])

    @property
    def numbers(self) -> int:
        return sum(is_number(self.text(span)) for span in self.parts)


@dataclass(frozen=True, slots=True)
class Grid:
    """ruled: rules divide the columns of the table and its rows."""

    table: Table
    ruled: bool


def build_grid(items: Sequence[Item], rules: Rules, box: Box) -> Grid | None:
    """The table inside a box. Returns None if its text has fewer than two rows or columns."""
    if not items:
        return None
    rows = rows_of(items, rules.vertical)
    columns = Columns(rows, rules.vertical, box)
    if len(columns) < 2:
        return None
    builder = _Builder(columns, [_text_row(row, columns) for row in rows], rules, box)
    groups = list(builder.groups())
    if len(groups) < 2:
        return None
    return Grid(builder.table(groups), columns.ruled and builder.rows_are_ruled)


def _covered_parts(wide: Iterable[Span], parts: Iterable[Span]) -> int:
    """How many parts are below (or above) parts that span several columns."""
    parts = list(parts)
    return sum(first <= left and right <= last for first, last in wide if last > first for left, right in parts)


def _text_row(row: Row, columns: Columns) -> _TextRow:
    parts: dict[Span, list[Segment]] = {}
    for segment in columns.divide(row.segments):
        parts.setdefault(columns.span(segment), []).append(segment)
    return _TextRow(row.y0, row.y1, parts)


class _Builder:
    """Groups the text rows of one table into rows, and these into cells."""

    def __init__(self, columns: Columns, rows: Sequence[_TextRow], rules: Rules, box: Box) -> None:
        self.columns, self.rows, self.rules, self.box = columns, rows, rules, box
        steps = [below.middle - above.middle for above, below in zip(rows, rows[1:], strict=False)]
        self.usual_step = median(steps) if steps else 0.0
        self.height = median(row.y1 - row.y0 for row in rows)
        self.first_numbers = self._first_row_with_numbers()
        self.rows = self._with_wide_headings()
        self.rows_are_ruled = False

    def _first_row_with_numbers(self) -> int:
        """The text row at which the header ends. The number of rows if no row has numbers."""
        for at, row in enumerate(self.rows):
            others = len(row.parts) - ((0, 0) in row.parts)
            is_first = at == 0 or (0, 0) not in row.parts
            if is_first and all(_YEAR.match(row.text(span)) for span in row.parts if span != (0, 0)):
                continue  # years head columns more often than they fill cells
            if others > 0 and 2 <= len(row.parts) >= 0.5 * len(self.columns) and row.numbers >= 0.5 * others:
                return at
        return len(self.rows)

    def _with_wide_headings(self) -> list[_TextRow]:
        """The rows; in the header, a text alone in its row that is centred above or below several others spans them."""
        rows = list(self.rows)
        header = self.first_numbers if self.first_numbers < len(rows) else 0
        for at in range(header):
            others = [*self.rows[at + 1 : header][:1], *self.rows[max(at - 1, 0) : at]]
            spans = [sorted(span for span in other.parts if span != (0, 0)) for other in others]
            wide = next((found for found in zip(others, spans, strict=True) if len(found[1]) > 1), None)
            alone = [segment for segments in rows[at].parts.values() for segment in segments]
            if wide and len(alone) == 1 and self._is_centred(alone[0], *wide):
                rows[at] = replace(rows[at], parts={(wide[1][0][0], wide[1][-1][1]): alone})
        return rows

    def _is_centred(self, heading: Segment, row: _TextRow, spans: Sequence[Span]) -> bool:
        """Whether a text is centred over the texts of a row, or over their columns."""
        texts = [segment for span in spans for segment in row.parts[span]]
        ends = [
            (texts[0].x0, max(segment.x1 for segment in texts)),
            (self.columns.intervals[spans[0][0]][0], self.columns.intervals[spans[-1][1]][1]),
        ]
        return any(
            abs(heading.centre - (x0 + x1) / 2) <= _CENTRED * self.height and x0 <= heading.x0 and heading.x1 <= x1
            for x0, x1 in ends
        )

    def groups(self) -> Iterator[list[int]]:
        """The text rows of each row of the table."""
        bands = self._bands()
        ruled = len(bands) >= 2 and (
            len(bands) >= _MIN_BANDS * len(self.rows) or (self.columns.ruled and len(bands) > 2)
        )
        self.rows_are_ruled = ruled
        for band in bands:
            if ruled and not self._has_wide_heading(band) and not self._has_several_rows(band, len(bands)):
                yield band
                continue
            group = band[:1]
            for at in band[1:]:
                if self._continues(group, at):
                    group.append(at)
                else:
                    yield group
                    group = [at]
            yield group

    def _bands(self) -> list[list[int]]:
        """Text rows without a horizontal rule between them."""
        bands = [[0]]
        for at in range(1, len(self.rows)):
            above, below = self.rows[at - 1].middle, self.rows[at].middle
            if self._covered(above, below, self.box[0], self.box[2]) > _MIN_DIVIDER:
                bands.append([at])
            else:
                bands[-1].append(at)
        return bands

    def _covered(self, y0: float, y1: float, x0: float, x1: float) -> float:
        """The share of x0 to x1 that horizontal rules between y0 and y1 cover."""
        covered, end = 0.0, x0
        for rule in sorted((rule for rule in self.rules.horizontal if y0 < rule.y0 <= y1), key=lambda rule: rule.x0):
            start = max(rule.x0, end)
            if rule.x1 > start:
                covered += min(rule.x1, x1) - min(start, x1)
                end = rule.x1
        return covered / max(x1 - x0, 1e-6)

    def _has_wide_heading(self, band: Sequence[int]) -> bool:
        """Whether a text in the header spans several texts in the row below, without a rule between them."""
        header = [at for at in band if at < self.first_numbers < len(self.rows)]
        pairs = zip(header, header[1:], strict=False)
        return any(_covered_parts(self.rows[above].parts, self.rows[below].parts) > 1 for above, below in pairs)

    def _has_several_rows(self, band: Sequence[int], bands: int) -> bool:
        """Whether the rows of a band are rows of the table: several are full and have numbers."""
        rows = [self.rows[at] for at in band]
        full = sum(len(row.parts) >= max(2, 0.6 * len(self.columns)) for row in rows)
        with_numbers = sum(row.numbers > 0 and len(row.parts) >= max(2, 0.5 * len(self.columns)) for row in rows)
        return full >= 2 and with_numbers >= 2 and bands <= 0.5 * len(self.rows)

    def _continues(self, group: Sequence[int], at: int) -> bool:
        """Whether a text row belongs to the row of the table before it."""
        above = {span for row in group for span in self.rows[row].parts}
        row, before = self.rows[at], self.rows[at - 1]
        step = row.middle - before.middle
        if row.y0 < before.y1 - 0.45 * self.height and not above & set(row.parts):
            return True
        if at < self.first_numbers < len(self.rows):
            wide = _covered_parts(above, row.parts)
            if len(row.parts) == 1:
                wide = max(wide, _covered_parts(row.parts, above))
            return wide < 2 and step <= _MAX_HEADER_STEP * self.usual_step
        if (0, 0) in row.parts:
            return len(row.parts) == 1 and step < 0.9 * self.usual_step
        return not row.numbers and set(row.parts) <= above and step <= _MAX_WRAP * self.usual_step

    def table(self, groups: Sequence[Sequence[int]]) -> Table:
        header = self._header_rows(groups)
        rows = [self._row(at, group, at < header) for at, group in enumerate(groups)]
        if self.columns.ruled or len(self.rules.vertical) > 1:
            rows = self._join_open_cells(rows, groups)
        cells = tuple(cell for row in rows for cell in row)
        return Table(self.box, len(groups), len(self.columns), cells)

    def _header_rows(self, groups: Sequence[Sequence[int]]) -> int:
        if self.first_numbers == len(self.rows):
            return 1
        return sum(group[-1] < self.first_numbers for group in groups) or (0 if len(groups) > 2 else 1)

    def _row(self, number: int, group: Sequence[int], is_header: bool) -> list[Cell]:
        """The cells of one row. Empty places become empty cells."""
        spans = sorted({span for at in group for span in self.rows[at].parts})
        joined: list[tuple[Span, list[Span]]] = []
        for span in spans:
            if joined and span[0] <= joined[-1][0][1]:
                (first, last), members = joined[-1]
                joined[-1] = (first, max(last, span[1])), [*members, span]
            else:
                joined.append((span, [span]))
        y0, y1 = min(self.rows[at].y0 for at in group), max(self.rows[at].y1 for at in group)
        cells, column = [], 0
        for (first, last), members in joined:
            cells += [self._empty(number, at, y0, y1, is_header) for at in range(column, first)]
            parts = [part for at in group for span in members for part in self.rows[at].parts.get(span, ())]
            cells.append(_cell(number, first, last, parts, is_header))
            column = last + 1
        return cells + [self._empty(number, at, y0, y1, is_header) for at in range(column, len(self.columns))]

    def _empty(self, row: int, column: int, y0: float, y1: float, is_header: bool) -> Cell:
        x0, x1 = self.columns.intervals[column]
        return Cell(row, column, (x0, y0, x1, y1), is_header=is_header)

    def _join_open_cells(self, rows: list[list[Cell]], groups: Sequence[Sequence[int]]) -> list[list[Cell]]:
        """Join cells of one column that no rule divides, where rules divide the cells beside them.

        Two cells with text are joined only in a column that other rules divide.
        """
        borders = [
            (self.rows[above[-1]].middle, self.rows[below[0]].middle)
            for above, below in zip(groups, groups[1:], strict=False)
        ]
        for at in range(len(rows) - 1, 0, -1):
            if self._covered(*borders[at - 1], self.box[0], self.box[2]) < _MAX_OPEN:
                continue
            for cell in list(rows[at]):
                x0, x1 = self._extent(cell)
                above = next((c for c in rows[at - 1] if (c.column, c.colspan) == (cell.column, cell.colspan)), None)
                if above is None or self._covered(*borders[at - 1], x0, x1) >= _MAX_OPEN:
                    continue
                divided = any(self._covered(*border, x0, x1) > _MIN_DIVIDER for border in borders)
                if divided or not (above.text and cell.text):
                    rows[at].remove(cell)
                    rows[at - 1][rows[at - 1].index(above)] = _join_cells(above, cell)
        return rows

    def _extent(self, cell: Cell) -> tuple[float, float]:
        return self.columns.intervals[cell.column][0], self.columns.intervals[cell.column + cell.colspan - 1][1]


def _cell(row: int, first: int, last: int, parts: Sequence[Segment], is_header: bool) -> Cell:
    text = " ".join(part.text for part in parts)
    lines = tuple(dict.fromkeys(item.line for part in parts for item in part.items))
    box = join([part.box for part in parts])
    return Cell(row, first, box, text, colspan=last - first + 1, is_header=is_header, lines=lines)


def _join_cells(above: Cell, below: Cell) -> Cell:
    filled = [cell for cell in (above, below) if cell.text]
    return replace(
        above,
        rowspan=above.rowspan + below.rowspan,
        text=" ".join(cell.text for cell in filled),
        bbox=join([cell.bbox for cell in filled or (above, below)]),
        lines=tuple(dict.fromkeys(line for cell in filled for line in cell.lines)),
    )
