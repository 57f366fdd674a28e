"""Split a line that is too wide for the recogniser at wide gaps between its words.

The recogniser's memory grows with the width of its input, so that is limited. A line of 90 words squeezed to the limit
is unreadable. Its parts are recognised one after the other and decoded together.
"""

from collections.abc import Iterator

import numpy as np

from .arrays import Pixels, Tensor

#: Share of the widest possible part in which a gap is searched, at its end.
_SEARCHED = 0.3
#: Share of the range from ground to ink from which a column contains ink.
_INK = 0.15
#: Share of the height of a line from which a gap separates two words.
_MIN_GAP = 0.15


def split_line(line: Pixels, max_width: int) -> Iterator[tuple[Pixels, bool]]:
    """Yield the parts of a line (h, w, 3) from left to right, each at most ``max_width`` pixels wide.

    The flag says whether a gap between two words follows the part. Without such a gap, the split is at the column with
    the least ink.
    """
    start, (height, width) = 0, line.shape[:2]
    while width - start > max_width:
        first = start + round((1 - _SEARCHED) * max_width)
        column, gap = _widest_gap(_ink(line[:, first : start + max_width]))
        split = max(start + 1, first + column)
        yield line[:, start:split], gap >= _MIN_GAP * height
        start = split
    yield line[:, start:], False


def _ink(part: Pixels) -> Tensor:
    """Return how much each column of (h, w, 3) differs from the ground, 0..1: the range of its pixels."""
    grey = part.mean(axis=2, dtype=np.float32)
    ranges = grey.max(axis=0) - grey.min(axis=0)
    return np.asarray(ranges / max(1.0, float(ranges.max(initial=0))), np.float32)


def _widest_gap(ink: Tensor) -> tuple[int, int]:
    """Return the middle and the width of the widest run of columns without ink; the column of least ink and 0."""
    changes = np.flatnonzero(np.diff((ink < _INK).astype(np.int8), prepend=0, append=0))
    if not len(changes):
        return int(ink.argmin()), 0
    starts, ends = changes[::2], changes[1::2]
    widest = int((ends - starts).argmax())
    return int(starts[widest] + ends[widest]) // 2, int(ends[widest] - starts[widest])
