"""Find the single digits or letters of a grid that the detector takes for a pattern.

In a table of ones and sevens without rules, the characters are far apart and all alike, and the detector misses most of
them. They are as high as each other and stand in rows and columns, so their positions are known without a network.
"""

from collections.abc import Sequence

import numpy as np

from .arrays import AnyArray, Floats, Integers, Mask
from .letter_height import GreyCopy
from .unread_text import centres_in, outside_lines

_MIN_CHARACTERS = 12  # outside of the detected lines
_MAX_LETTERS = 2000  # of the image; all are compared with each other, which takes memory, and noise has many
_MIN_SHARE = 0.25  # of all letters of the image
_HEIGHT_TOLERANCE = 0.15  # of the characters' height; digits and capitals of one size differ by less
_POSITION_TOLERANCE = 0.3  # of the height, between characters of a row, and of a column
_MIN_GAP = 0.8  # between neighbours of a row, by their height
_MIN_IN_ROW = 3  # characters that stand in a row, and in a column
_MIN_IN_GRID = 0.9  # share of the characters outside of the lines that stand in such rows and columns
_MARGIN = 0.3  # around a character, by its height


def add_grid_of_characters(
    copies: Sequence[GreyCopy], letters: Sequence[Floats], polygons: Sequence[Integers]
) -> AnyArray:
    """Return the polygons (n, 4, 2) of the detected lines, with those of undetected characters in a grid.

    letters: the boxes (n, 4) of the dark letters of each copy. All of them are in pixels of the image.
    """
    parts = zip(copies, letters, strict=True)
    unread = np.concatenate([centres_in(outside_lines(copy, polygons), boxes, copy) for copy, boxes in parts])
    known = np.asarray(polygons, np.int32).reshape(-1, 4, 2)
    count = np.count_nonzero(unread)
    if len(unread) > _MAX_LETTERS or count < max(_MIN_CHARACTERS, _MIN_SHARE * len(unread)):
        return known
    boxes = np.concatenate(letters)
    in_grid = unread & _stand_in_grid(boxes)
    if np.count_nonzero(in_grid) < _MIN_IN_GRID * count:
        return known
    return np.concatenate([known, _polygons(boxes[in_grid])])


def _stand_in_grid(characters: Floats) -> Mask:
    """Return which characters (n, 4) of x, y, width, height are of the usual height, in a row and in a column."""
    x, y, width, height = characters.T
    size = float(np.median(height))
    centre, bottom = x + width / 2, y + height
    usual = abs(height - size) <= _HEIGHT_TOLERANCE * size
    same_row = abs(bottom[:, None] - bottom) <= _POSITION_TOLERANCE * size
    same_column = abs(centre[:, None] - centre) <= _POSITION_TOLERANCE * size
    gap = np.maximum(x[:, None] - (x + width), x - (x + width)[:, None])
    np.fill_diagonal(gap, np.inf)
    alone = ~(same_row & (gap < _MIN_GAP * size)).any(axis=1)
    enough = (same_row.sum(axis=1) >= _MIN_IN_ROW) & (same_column.sum(axis=1) >= _MIN_IN_ROW)
    return np.asarray(usual & alone & enough, np.bool_)


def _polygons(characters: Floats) -> AnyArray:
    x, y, width, height = characters.T
    margin = _MARGIN * height
    left, top, right, bottom = (
        np.maximum(x - margin, 0),
        np.maximum(y - margin, 0),
        x + width + margin,
        y + height + margin,
    )
    return (
        np.stack([left, top, right, top, right, bottom, left, bottom], axis=1)
        .round()
        .astype(np.int32)
        .reshape(-1, 4, 2)
    )
