"""Ruling lines: the lines drawn between the rows and columns of a table.

Born-digital pages draw them as strokes, as thin rectangles, or as the edges of filled cells, and often in pieces.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import NamedTuple

from .cells import Box, join

#: The background of one line of text is at most this many times as high as the line.
_MAX_SHADE = 1.3


class Rule(NamedTuple):
    """A horizontal or vertical line. Its thickness is not kept."""

    x0: float
    y0: float
    x1: float
    y1: float

    @property
    def is_horizontal(self) -> bool:
        return self.x1 - self.x0 >= self.y1 - self.y0


class Rules(NamedTuple):
    """horizontal and vertical: pieces on one line are joined. Sorted by y (x)."""

    horizontal: tuple[Rule, ...] = ()
    vertical: tuple[Rule, ...] = ()

    def inside(self, box: Box, margin: float) -> Rules:
        """The parts of the rules inside a box."""
        x0, y0, x1, y1 = box[0] - margin, box[1] - margin, box[2] + margin, box[3] + margin
        clipped = [
            [
                Rule(max(rule.x0, x0), max(rule.y0, y0), min(rule.x1, x1), min(rule.y1, y1))
                for rule in rules
                if rule.x0 <= x1 and rule.x1 >= x0 and rule.y0 <= y1 and rule.y1 >= y0
            ]
            for rules in self
        ]
        return Rules(tuple(clipped[0]), tuple(clipped[1]))


def rules_of(boxes: Iterable[Box], size: tuple[float, float], height: float) -> Rules:
    """Rules from the boxes of drawn paths. size: width and height of the page. height: usual height of its lines.

    The edges of a large rectangle count as rules: the background of a cell, or a frame. Rectangles of the size of the
    page are its background.
    """
    thin, short = 0.25 * height, 0.5 * height
    boxes = list(boxes)
    cells = [box for box in boxes if _MAX_SHADE * height < box[3] - box[1] < 8 * height]
    horizontal: list[Rule] = []
    vertical: list[Rule] = []
    for x0, y0, x1, y1 in boxes:
        wide, high = x1 - x0 >= short, y1 - y0 >= short
        if wide and y1 - y0 <= thin:
            horizontal.append(Rule(x0, (y0 + y1) / 2, x1, (y0 + y1) / 2))
        elif high and x1 - x0 <= thin:
            vertical.append(Rule((x0 + x1) / 2, y0, (x0 + x1) / 2, y1))
        elif wide and high and not _is_background((x0, y0, x1, y1), size, cells, height):
            horizontal += [Rule(x0, y0, x1, y0), Rule(x0, y1, x1, y1)]
            vertical += [Rule(x0, y0, x0, y1), Rule(x1, y0, x1, y1)]
    tolerance = 0.2 * height
    return Rules(tuple(_joined(horizontal, 1, tolerance)), tuple(_joined(vertical, 0, tolerance)))


def _is_background(box: Box, size: tuple[float, float], cells: Sequence[Box], height: float) -> bool:
    """Whether a rectangle is the background of the page, or of one line of text inside a cell."""
    x0, y0, x1, y1 = box
    if x1 - x0 > 0.95 * size[0] and y1 - y0 > 0.95 * size[1]:
        return True
    edge = 0.5 * height
    return y1 - y0 <= _MAX_SHADE * height and any(
        cell[0] <= x0 < cell[0] + edge
        and cell[2] - edge < x1 <= cell[2]
        and cell[1] <= y0
        and y1 <= cell[3]
        and cell[3] - cell[1] > y1 - y0 + edge
        for cell in cells
    )


def _joined(rules: Sequence[Rule], axis: int, tolerance: float) -> list[Rule]:
    """Join pieces on one line. axis: 1 for horizontal rules (their y), 0 for vertical ones (their x)."""
    along = 1 - axis
    joined: list[Rule] = []
    for line in _lines(sorted(rules, key=lambda rule: rule[axis]), axis, tolerance):
        position = sum(rule[axis] for rule in line) / len(line)
        start = end = None
        for piece in sorted(line, key=lambda rule: rule[along]):
            if start is None or end is None or piece[along] > end + 2 * tolerance:
                if start is not None and end is not None:
                    joined.append(_rule(position, start, end, axis))
                start, end = piece[along], piece[along + 2]
            else:
                end = max(end, piece[along + 2])
        if start is not None and end is not None:
            joined.append(_rule(position, start, end, axis))
    return joined


def _lines(rules: Sequence[Rule], axis: int, tolerance: float) -> list[list[Rule]]:
    """Groups of rules with nearly the same position."""
    lines: list[list[Rule]] = []
    for rule in rules:
        if lines and rule[axis] - lines[-1][-1][axis] <= tolerance:
            lines[-1].append(rule)
        else:
            lines.append([rule])
    return lines


def _rule(position: float, start: float, end: float, axis: int) -> Rule:
    return Rule(start, position, end, position) if axis else Rule(position, start, position, end)


def frames(rules: Rules, tolerance: float) -> list[tuple[Box, Rules]]:
    """Groups of rules that touch each other, with the box around each."""
    pieces = sorted((*rules.horizontal, *rules.vertical), key=lambda rule: rule.y0)
    group = list(range(len(pieces)))

    def root(at: int) -> int:
        while group[at] != at:
            group[at] = group[group[at]]
            at = group[at]
        return at

    active: list[int] = []
    for at, rule in enumerate(pieces):
        active = [other for other in active if pieces[other].y1 >= rule.y0 - tolerance]
        for other in active:
            if pieces[other].x0 - tolerance <= rule.x1 and pieces[other].x1 + tolerance >= rule.x0:
                group[root(at)] = root(other)
        active.append(at)
    found = []
    for _, members in groupby(sorted(range(len(pieces)), key=root), key=root):
        touching = [pieces[at] for at in members]
        horizontal = tuple(rule for rule in touching if rule.is_horizontal)
        vertical = tuple(rule for rule in touching if not rule.is_horizontal)
        found.append((join([(rule.x0, rule.y0, rule.x1, rule.y1) for rule in touching]), Rules(horizontal, vertical)))
    return found
