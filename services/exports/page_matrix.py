"""From pixels of a page in the result to the coordinates of the page in the PDF."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

#: x, y
Point = tuple[float, float]


class PageMatrix(NamedTuple):
    """x' = a x + c y + e, y' = b x + d y + f, as in PDF."""

    a: float
    b: float
    c: float
    d: float
    e: float
    f: float

    def __call__(self, point: Sequence[float]) -> Point:
        x, y = point
        return self.a * x + self.c * y + self.e, self.b * x + self.d * y + self.f

    def after(self, first: PageMatrix) -> PageMatrix:
        """The matrix that applies `first` and then this one."""
        (e, f), a, b = self((first.e, first.f)), first.a, first.b
        return PageMatrix(
            self.a * a + self.c * b,
            self.b * a + self.d * b,
            self.a * first.c + self.c * first.d,
            self.b * first.c + self.d * first.d,
            e,
            f,
        )


def pixels_to_page(box: Sequence[float], turn: int, width: float, height: float) -> PageMatrix:
    """The matrix of a page of a result.

    box: the visible part of the page (x0, y0, x1, y1) in its own coordinates, whose y axis points up.
    turn: the degrees, a multiple of 90, by which the page is turned clockwise until it looks as in the result.
    width, height: pixels of the page in the result.
    """
    x0, y0, x1, y1 = box
    across, up = x1 - x0, y1 - y0
    match turn % 360:
        case 90:
            return PageMatrix(0, up / width, across / height, 0, x0, y0)
        case 180:
            return PageMatrix(-across / width, 0, 0, up / height, x1, y0)
        case 270:
            return PageMatrix(0, -up / width, -across / height, 0, x1, y1)
    return PageMatrix(across / width, 0, 0, -up / height, x0, y1)
