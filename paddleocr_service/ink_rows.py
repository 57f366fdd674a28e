"""Find the rows of a crop that have ink, to tell an upright character from a line of text on its side."""

import numpy as np

from .arrays import Pixels

MAX_ASPECT = 3.0  # height by width of the box around one character: I, l and 1 in a narrow type have 2.5
_EDGE = 0.08  # share of a box at each side that is ignored
_RULE = 0.9  # a column with more ink than this share of the box's height is a rule: around characters there is a margin
_MIN_CONTRAST = 40  # grey levels between ink and ground; a smooth crop has no ink
_MIN_RUN = 0.1  # share of the box's height; shorter runs are specks
_MIN_CHARACTER = 0.35  # share of the box's height that one character fills


def is_one_character(box: Pixels) -> bool:
    """Return whether the ink of a box (h, w, 3), taller than wide, is one upright character.

    The letters of a line on its side lie one above the other, with gaps between them. An upright letter has no gap.
    """
    height, width = box.shape[:2]
    if height > MAX_ASPECT * width:
        return False
    runs = ink_runs(box)
    return len(runs) == 1 and runs[0][1] - runs[0][0] >= _MIN_CHARACTER * height


def ink_runs(box: Pixels) -> list[tuple[int, int]]:
    """Return the runs of rows with ink of a box (h, w, 3), each as first row and row after the last."""
    import cv2

    grey = cv2.cvtColor(box, cv2.COLOR_BGR2GRAY)
    border = max(1, round(_EDGE * grey.shape[1]))
    inner = grey[:, border:-border] if grey.shape[1] > 3 * border else grey
    if int(inner.max()) - int(inner.min()) < _MIN_CONTRAST:
        return []
    level, _ = cv2.threshold(inner, 0, 255, cv2.THRESH_BINARY | cv2.THRESH_OTSU)
    dark = inner <= level
    ink = dark if 2 * np.count_nonzero(dark) < dark.size else ~dark
    ink = ink[:, ink.mean(axis=0) < _RULE]
    edges = np.flatnonzero(np.diff(np.concatenate(([0], ink.any(axis=1).astype(np.int8), [0]))))
    smallest = _MIN_RUN * len(ink)
    return [(int(start), int(end)) for start, end in edges.reshape(-1, 2) if end - start >= smallest]
