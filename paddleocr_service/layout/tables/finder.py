"""Find the tables of a page."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from ...results import Cell, Line
from .cells import Box, Table, join, without_notes
from .grid import build_grid
from .image_rules import image_rules
from .matching import match
from .prose import is_prose
from .regions import table_regions
from .rows import Item, is_number, items_of, usual_height
from .rules import Rules, rules_of
from .structure_model import StructureModel

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Pixels = NDArray[np.uint8]

#: A page with fewer words has no table.
_MIN_ITEMS = 4

#: A grid with a smaller share of cells with text is a chart or a form drawn with boxes.
_MIN_FILLED = 0.4
#: A frame that is higher than this times the usual height, for each line of text in it, is a chart with a legend.
_MAX_ROW = 5.0
#: A grid without rules that has so many cells with so many words is a page with several parts.
_MAX_SENTENCES, _SENTENCE_WORDS = 3, 8
#: In reading order, the lines of a table have this share of the lines from its first to its last one.
_MIN_DENSITY = 0.9
#: A page whose text is narrower than this times the usual height is a receipt, unless a table has this share of it: the
#: list of items of a receipt has up to 0.86, a picture of one table 0.97 or more.
_MIN_WIDTH, _MIN_SHARE = 50.0, 0.9
#: The numbers of a scale have this share of equal steps.
_MIN_EQUAL = 0.7
#: In multiples of the usual height of a line.
_MARGIN = 0.2
_DIGITS = re.compile(r"-?\d[\d,]*(\.\d+)?")


def find_tables(lines: Sequence[Line], drawn: Iterable[Box], width: float, height: float) -> list[Table]:
    """The tables of a page, from top to bottom.

    lines: those of the page, with words where they are known. drawn: boxes around the strokes and filled rectangles of
    the page. width, height: size of the page. All in pixels.
    """
    items = items_of(lines)
    if len(items) < _MIN_ITEMS:
        return []
    size = usual_height(items)
    return _find(items, rules_of(drawn, (width, height), size), size)


def find_tables_in_image(lines: Sequence[Line], image: Pixels, model: StructureModel | None = None) -> list[Table]:
    """The tables of a scanned page. lines: in reading order. image: (H, W, 3) uint8 RGB, in whose pixels the lines are.

    The structure model decides on cells where its answer matches the text; otherwise geometry does. On narrow pages
    (receipts) it is asked only for a table that fills the page: its time would be an eighth of the whole, for lists of
    items that geometry reads as well.
    """
    items = items_of(lines)
    if len(items) < _MIN_ITEMS:
        return []
    size = usual_height(items)
    drawn = image_rules(image, size)
    is_narrow = max(item.x1 for item in items) - min(item.x0 for item in items) < _MIN_WIDTH * size

    def predict(box: Box, inside: Sequence[Item]) -> Table | None:
        assert model is not None
        if is_narrow and len(inside) < _MIN_SHARE * len(items):
            return None
        x0, y0, x1, y1 = _crop_box(join([box, *(item.box for item in inside)]), image.shape[1], image.shape[0], size)
        rows = model.predict(image[y0:y1, x0:x1])
        for cell in (cell for row in rows or () for cell in row):
            left, top, right, bottom = cell.bbox
            cell.bbox = left + x0, top + y0, right + x0, bottom + y0
        return match(rows, inside, box) if rows else None

    rules = rules_of(drawn, (image.shape[1], image.shape[0]), size)
    return _find(items, rules, size, predict if model else None, in_order=True)


def _crop_box(box: Box, width: int, height: int, margin: float) -> tuple[int, int, int, int]:
    x0, y0, x1, y1 = box
    return (
        max(0, int(x0 - margin)), max(0, int(y0 - margin)), min(width, int(x1 + margin)), min(height, int(y1 + margin)),
    )  # fmt: skip


def _find(
    items: Sequence[Item],
    rules: Rules,
    size: float,
    predict: Callable[[Box, Sequence[Item]], Table | None] | None = None,
    in_order: bool = False,
) -> list[Table]:
    """size: the usual height of a line. predict: asks the structure model; without it only certain regions count."""
    tables = []
    for box, certain in table_regions(items, rules, size, in_order):
        if not certain and predict is None:
            continue
        inside = [item for item in items if _is_inside(item, box, _MARGIN * size)]
        grid = build_grid(inside, rules.inside(box, _MARGIN * size), box)
        if grid is None or not _is_table(grid.table, size):
            continue
        predicted = None if grid.ruled or predict is None else predict(box, inside)
        if not predicted and (not certain or (not grid.ruled and _has_prose(grid.table))):
            continue
        whole = _with_header_of(predicted, grid.table) if predicted else grid.table
        table = without_notes(whole)
        if table and not _is_scattered(table):
            tables.append(table)
    return tables


def _with_header_of(table: Table, geometry: Table) -> Table:
    """The table with the header rows of the other one if it has none itself."""
    if any(cell.is_header for cell in table.cells):
        return table
    rows = sum(cell.is_header and cell.column == 0 for cell in geometry.cells)
    return replace(table, cells=tuple(replace(cell, is_header=cell.row < rows) for cell in table.cells))


def _is_inside(item: Item, box: Box, margin: float) -> bool:
    x = (item.x0 + item.x1) / 2
    return box[0] - margin < x < box[2] + margin and box[1] - margin < item.middle < box[3] + margin


def _is_table(table: Table, height: float) -> bool:
    """Whether a grid is a table, and not a chart, a legend, or a form drawn with boxes."""
    filled = [cell for cell in table.cells if cell.text]
    if len(filled) < _MIN_FILLED * len(table.cells):
        return False
    if table.bbox[3] - table.bbox[1] > _MAX_ROW * height * sum(len(cell.lines) for cell in filled):
        return False
    columns = [[cell for cell in filled if cell.column == at] for at in range(table.column_count)]
    rows = [[cell for cell in filled if cell.row == at] for at in range(table.row_count)]
    return not (_are_scales(columns) or _are_scales(rows))


def _has_prose(table: Table) -> bool:
    """Whether several cells are sentences: the grid then is a page with several parts."""
    return sum(is_prose(cell.text, _SENTENCE_WORDS) for cell in table.cells) >= _MAX_SENTENCES


def _is_scattered(table: Table) -> bool:
    """Whether text of other parts of the page stands between the lines of a table, in reading order."""
    lines = sorted(set(table.lines))
    return len(lines) < _MIN_DENSITY * (lines[-1] + 1 - lines[0])


def _are_scales(parts: Sequence[Sequence[Cell]]) -> bool:
    """Whether all numbers in rows (or columns) are those of scales: they rise or fall in equal steps."""
    numbers = [[_value(cell.text) for cell in part if is_number(cell.text)] for part in parts]
    series = [values for values in numbers if len(values) > 2]
    return bool(series) and all(len(values) > 3 and _is_scale(values) for values in series)


def _is_scale(values: Sequence[float]) -> bool:
    steps = [right - left for left, right in zip(values, values[1:], strict=False)]
    usual = sorted(steps)[len(steps) // 2]
    return usual != 0 and sum(abs(step - usual) < 0.01 * abs(usual) for step in steps) >= _MIN_EQUAL * len(steps)


def _value(text: str) -> float:
    """The first number of a cell, 0 for signs that stand for one."""
    digits = _DIGITS.search(text)
    return float(digits[0].replace(",", "")) if digits else 0.0
