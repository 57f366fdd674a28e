"""Straight strips of text on a page, one for each word: where it starts, in which direction it runs, and its size."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain

import numpy as np

from services.exports.page_matrix import PageMatrix
from services.exports.word_positions import Polygon

#: Sine of the skew up to which words run along an axis of the page, each at its own height. Along a skewed baseline,
#: poppler splits a word wherever it has risen by half a point, and mixes the pieces with those of other lines.
_PARALLEL = 0.27
#: Share of the height (or of the width, if that is less) by which skewed words are narrower than their boxes, on each
#: side, and the sine above which words count as skewed. Their boxes overlap, and poppler would join the words.
_MARGIN, _STRAIGHT = 0.08, 0.01
#: The same for words that run along no axis: poppler takes them for upright ones.
_OBLIQUE_MARGIN = 0.16


#: Start, direction, length, size, and whether it is oblique: it runs along no axis of the page. Points are complex
#: numbers (x + iy) in the coordinates of the page. The start is the middle of the side where the text begins, the
#: direction has length 1, and the size is the height of the text, 0 for a word without an area.
Strip = tuple[complex, complex, float, float, bool]


def strips(polygons: Sequence[Polygon], matrix: PageMatrix) -> Iterator[Strip]:
    """polygons: of words, in pixels of the page. At least one. All are computed together: a page may have thousands."""
    a, b, c, d, e, f = matrix
    numbers = np.fromiter(chain.from_iterable(chain.from_iterable(polygons)), float, 8 * len(polygons))
    x, y = numbers.reshape(-1, 4, 2).T
    left_top, right_top, right_bottom, left_bottom = x * complex(a, b) + y * complex(c, d) + complex(e, f)
    start, end = (left_top + left_bottom) / 2, (right_top + right_bottom) / 2
    size = (np.abs(left_bottom - left_top) + np.abs(right_bottom - right_top)) / 2
    length = np.abs(end - start)
    size[length == 0] = 0
    direction = (end - start) / np.where(length, length, 1)
    across, up = np.abs(direction.real), np.abs(direction.imag)
    skew = np.minimum(across, up)
    oblique = skew > _PARALLEL
    margin = np.where(oblique, _OBLIQUE_MARGIN, np.where(skew > _STRAIGHT, _MARGIN, 0))
    length -= 2 * margin * np.minimum(size, length)
    along_axis = np.where(up < across, np.sign(direction.real), 1j * np.sign(direction.imag))
    direction = np.where(oblique, direction, along_axis)
    start = (start + end - length * direction) / 2
    parts = start, direction, length, size, oblique
    return zip(*(part.tolist() for part in parts), strict=True)
