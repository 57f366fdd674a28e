"""Count the characters of a number by its ink, to tell whether a reading of narrow type may lack some.

White columns separate most digits. If a number has as many runs of columns with ink as its text has characters, no
digit is lost, and it need not be recognised again. Text with letters is not counted: letters that touch, as ff, would
make up for a lost one.
"""

import numpy as np

from .arrays import Integers, Pixels

_BORDER = 0.1  # share of the height above and below that is ignored: parts of other lines reach into it
_MAX_WIDTH = 1.6  # by the median; a wider run may be two digits that touch, which make up for a lost one


def has_ink_of(number: str, line: Pixels) -> bool:
    """Return whether a line (h, w, 3) has one run of columns with ink for each character, spaces excepted.

    False also if a run is so wide that it may be two digits.
    """
    widths = _run_widths(line)
    expected = len("".join(number.split()))
    return 0 < expected == len(widths) and bool(widths.max() <= _MAX_WIDTH * np.median(widths))


def _run_widths(line: Pixels) -> Integers:
    """Return the widths in pixels of the runs of columns with ink: (n,)."""
    import cv2

    border = round(_BORDER * line.shape[0])
    grey = cv2.cvtColor(line[border : line.shape[0] - border], cv2.COLOR_BGR2GRAY)
    level, _ = cv2.threshold(grey, 0, 255, cv2.THRESH_BINARY | cv2.THRESH_OTSU)
    dark = grey <= level
    ink = dark if 2 * np.count_nonzero(dark) < dark.size else ~dark
    edges = np.flatnonzero(np.diff(ink.any(axis=0).astype(np.int8), prepend=0, append=0))
    return np.asarray(edges[1::2] - edges[::2], np.intp)
