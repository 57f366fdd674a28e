"""Puts the values of a form beside their labels.

A file stores values after all labels: MuPDF draws form fields last, and so do programs that turn fields into normal
content ("flatten"). The order of the labels is the author's and stays. Each value goes to the label that a reader
connects with it: in the same row, just above, or on the right of a check box.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from services.ocr_service.helpers.page_transform import Box
from services.ocr_service.helpers.text_layer import LayerLine

#: Text that stands for check boxes and ticks. Its label is the nearest text in the row, on either side.
MARKS = frozenset("\u2610\u2611\u2612\u2713\u2714\u2717\u2718xX")
#: Maximum distance of a value from a label on its right. This and the following distances are in heights of the value.
_NEAR = 3.0
#: Maximum distance of a value from its label just above, and maximum offset of their left edges.
CLOSE_ABOVE, ALIGNED = 1.2, 1.5
#: A label in the row that is further away than this loses against one just above.
_FAR = 15.0


@dataclass(eq=False, slots=True)
class _Item:
    """A label, or the lines of one value. The first line of a value decides where it belongs."""

    lines: list[LayerLine]
    #: The box of the first line, and the right edge of all, seen in the direction of the page's text.
    box: Box
    end: float
    is_label: bool = False
    is_value: bool = False
    is_below_label: bool = False

    @classmethod
    def of(cls, lines: Sequence[LayerLine], turns: int, is_value: bool) -> _Item:
        """turns: of the page's text. A label in another direction gets no values."""
        boxes = [_turned(line.box, turns) for line in lines]
        is_label = not is_value and _quarter_turns(lines[0]) == turns
        return cls(list(lines), boxes[0], max(box[2] for box in boxes), is_label, is_value)


def with_values(labels: Sequence[LayerLine], values: Iterable[Sequence[LayerLine]]) -> list[LayerLine]:
    """The labels in their order, and the lines of each value next to its label, in the same paragraph."""
    turns = Counter(map(_quarter_turns, labels)).most_common(1)[0][0] if labels else 0
    items = [_Item.of([label], turns, is_value=False) for label in labels]
    for value in _in_rows([_Item.of(lines, turns, is_value=True) for lines in values]):
        neighbour, index = _place(value, items)
        if neighbour:
            value.lines = [line._replace(block=neighbour.lines[0].block) for line in value.lines]
        items.insert(index, value)
    return [line for item in items for line in item.lines]


def _in_rows(values: Iterable[_Item]) -> Iterator[_Item]:
    """Values from top to bottom, and from left to right in a row."""
    row: list[_Item] = []
    for value in sorted(values, key=lambda value: value.box[1]):
        if row and not _same_row(row[0].box, value.box):
            yield from sorted(row, key=lambda value: value.box[0])
            row = []
        row.append(value)
    yield from sorted(row, key=lambda value: value.box[0])


def _place(value: _Item, items: Sequence[_Item]) -> tuple[_Item | None, int]:
    """The neighbour that a value belongs to, and the index at which to insert the value."""
    x0, y0, x1, y1 = value.box
    height = y1 - y0
    row = [item for item in items if (item.is_label or item.is_value) and _same_row(value.box, item.box)]
    left = max((item for item in row if item.end <= x0 + height / 2), key=lambda item: item.end, default=None)
    right = min((item for item in row if item.box[0] >= x1 - height / 2), key=lambda item: item.box[0], default=None)
    gap_left = x0 - left.end if left else _FAR * height
    gap_right = right.box[0] - x1 if right and not right.is_value else _FAR * height
    above = _just_above(value.box, items)
    is_left_nearer = left and not left.is_value and gap_left < gap_right
    if right and gap_right <= _NEAR * height and _is_mark(value) and not is_left_nearer:
        return right, items.index(right)
    if above and (not left or gap_left >= _FAR * height or left.is_below_label):
        value.is_below_label = True
        return above, items.index(above) + 1
    if left:
        return left, items.index(left) + 1
    if right and gap_right <= _NEAR * height:
        return right, items.index(right)
    return _by_position(value.box, items)


def _is_mark(value: _Item) -> bool:
    return value.lines[0].line.text in MARKS


def _just_above(box: Box, items: Sequence[_Item]) -> _Item | None:
    """The label just above a box that starts where the box starts."""
    height = box[3] - box[1]
    found = [
        item
        for item in items
        if item.is_label
        and -height / 2 <= box[1] - item.box[3] <= CLOSE_ABOVE * height
        and abs(item.box[0] - box[0]) <= ALIGNED * height
    ]
    return max(found, key=lambda item: item.box[3], default=None)


def _by_position(box: Box, items: Sequence[_Item]) -> tuple[_Item | None, int]:
    """After the nearest item above, in the same column if possible, or before the first one below."""
    middle = (box[1] + box[3]) / 2
    above = [item for item in items if item.box[3] <= middle]
    above = [item for item in above if item.box[0] < box[2] and item.end > box[0]] or above
    if above:
        nearest = max(above, key=lambda item: item.box[3])
        return nearest, items.index(nearest) + 1
    first = min(items, key=lambda item: item.box[1], default=None)
    return first, items.index(first) if first else 0


def _quarter_turns(line: LayerLine) -> int:
    """The direction in which a line runs: 0 to the right, 1 down, 2 to the left, 3 up."""
    (ax, ay), (bx, by), *_ = line.line.polygon
    if abs(bx - ax) >= abs(by - ay):
        return 0 if bx >= ax else 2
    return 1 if by > ay else 3


def _turned(box: Box, turns: int) -> Box:
    """A box seen in the direction of text with these quarter turns. The origin does not matter."""
    x0, y0, x1, y1 = box
    return (box, (y0, -x1, y1, -x0), (-x1, -y1, -x0, -y0), (-y1, x0, -y0, x1))[turns]


def _same_row(one: Box, other: Box) -> bool:
    overlap = min(one[3], other[3]) - max(one[1], other[1])
    return 2 * overlap >= min(one[3] - one[1], other[3] - other[1])
