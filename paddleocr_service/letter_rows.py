"""Finds rows of letters among the connected components of a picture, by their sizes and places."""

from __future__ import annotations

from itertools import pairwise
from statistics import median
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np

#: Minimum number of letters in a row, and minimum ratio of its length to its height.
_MIN_LETTERS, _MIN_ASPECT = 3, 1.5
#: Width of a letter, as a share of its height.
_LETTER_WIDTH = 0.75
#: Letters of a row are less than twice as high as the smallest. A class of heights begins at this multiple of the last.
_CLASS_STEP = 2**0.5
#: Maximum median distance of feet or heads from their line, as a share of the height. By chance it is about 0.25.
_MAX_OFF_LINE = 0.12
#: Components whose numbers of pixels differ by at most this share of their mean are bullets or stars.
_ALIKE = 0.1
#: Maximum height of a row, as a multiple of its letters.
_MAX_ROW = 2.2


def find_rows(parts: np.ndarray, shape: tuple[int, int], smallest: float, largest: float) -> list[np.ndarray]:
    """Rows of letters: (N, 6) each. A letter may be in two rows.

    parts: (N, 6) int: x0, y0, x1, y1, number of pixels, and index of components that may be letters. shape: of the
    picture. smallest, largest: heights of letters, in pixels. Each class of heights is searched alone. So rules, frames
    and logos do not join the letters beside them.
    """
    heights, letters = parts[:, 3] - parts[:, 1], _letters_of(parts)
    found, low = [], smallest
    while low <= largest:
        chosen = (heights >= low) & (heights < 2 * low)
        if letters[chosen].sum() >= _MIN_LETTERS:
            found += [row for row in _neighbours(parts[chosen], letters[chosen], shape) if _is_text(row)]
        low *= _CLASS_STEP
    return found


def _neighbours(parts: np.ndarray, letters: np.ndarray, shape: tuple[int, int]) -> list[np.ndarray]:
    """Groups of components that lie next to each other, at most half their height apart from side to side.

    letters: of each component. Groups with too few letters for a row are left out.
    """
    import numpy as np

    height = parts[:, 3] - parts[:, 1]
    reach = np.stack(
        [
            np.maximum(0, parts[:, 0] - height // 2 - 1),
            parts[:, 1] + height // 4,
            parts[:, 2] + height // 2 + 1,
            parts[:, 3] - height // 4,
        ]
    )
    # A few boxes are compared in pairs faster than they are drawn.
    of_part = _labels_of_few(reach) if len(parts) ** 2 <= shape[0] * shape[1] else _labels_of_many(reach, shape)
    enough = np.bincount(of_part, weights=letters) >= _MIN_LETTERS
    kept = enough[of_part]
    parts, of_part = parts[kept], of_part[kept]
    order = np.argsort(of_part, kind="stable")
    labels = of_part[order]
    cuts = ((labels[1:] != labels[:-1]).nonzero()[0] + 1).tolist()
    return [parts[order[start:end]] for start, end in pairwise([0, *cuts, len(order)])] if len(order) else []


def _labels_of_few(boxes: np.ndarray) -> np.ndarray:
    """(N,) int: the same for boxes that touch each other, also through others. boxes: (4, N) int."""
    import numpy as np

    x0, y0, x1, y1 = boxes.astype(np.int32)
    across = np.minimum.outer(x1, x1) - np.maximum.outer(x0, x0)
    down = np.minimum.outer(y1, y1) - np.maximum.outer(y0, y0)
    first, second = np.nonzero((np.minimum(across, down) >= 0) & (np.maximum(across, down) > 0))
    labels = np.arange(len(x0))
    starts = first.searchsorted(labels)  # each box touches itself
    before = labels + 1
    while (labels != before).any():
        before = labels
        labels = np.minimum.reduceat(labels[second], starts)
        labels = labels[labels]
    return labels


def _labels_of_many(boxes: np.ndarray, shape: tuple[int, int]) -> np.ndarray:
    """The same, by drawing the boxes in a picture of this shape."""
    import cv2
    import numpy as np

    canvas = np.zeros(shape, np.uint8)
    for x0, y0, x1, y1 in boxes.T.tolist():
        canvas[y0:y1, x0:x1] = 1
    # Only the part of the canvas with boxes is labelled.
    top, bottom = int(boxes[1].min()), int(boxes[3].max())
    _, labels = cv2.connectedComponents(canvas[top:bottom], connectivity=4)
    return np.asarray(labels[boxes[1] - top, boxes[0]])


def _is_text(row: np.ndarray) -> bool:
    # Rows are short: their numbers are compared in less time than NumPy's calls take.
    lefts, tops, rights, bottoms, pixels, _ = row.T.tolist()
    length, height = max(rights) - min(lefts), max(bottoms) - min(tops)
    typical = median([bottom - top for top, bottom in zip(tops, bottoms, strict=True)])
    if height > _MAX_ROW * typical or length < _MIN_ASPECT * height:
        return False
    if min(_off_line(tops), _off_line(bottoms)) > _MAX_OFF_LINE * typical:
        return False
    alike = len(row) >= _MIN_LETTERS and max(pixels) - min(pixels) <= _ALIKE * sum(pixels) / len(pixels)
    return letters_in(row) >= _MIN_LETTERS and not alike


def _off_line(edges: list[int]) -> float:
    """Median distance of edges from their line."""
    line = median(edges)
    return float(median([abs(edge - line) for edge in edges]))


def letters_in(row: np.ndarray) -> float:
    """Approximate number of letters."""
    return float(_letters_of(row).sum())


def _letters_of(parts: np.ndarray) -> np.ndarray:
    """(N,) float: approximate letters of each component, which may be a word whose letters touch."""
    import numpy as np

    return np.asarray(np.maximum(1, (parts[:, 2] - parts[:, 0]) / (_LETTER_WIDTH * (parts[:, 3] - parts[:, 1]))))


def box_of(row: np.ndarray) -> tuple[int, int, int, int]:
    """The box around a row."""
    (x0, y0), (x1, y1) = row[:, :2].min(axis=0).tolist(), row[:, 2:4].max(axis=0).tolist()
    return x0, y0, x1, y1
