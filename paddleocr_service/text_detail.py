"""Finds rows of letters in the picture of a region, without OCR: a check that costs a few milliseconds.

Ink is what differs from the ground around it, be it dark or light. Straight rules are removed, so that a table's grid
does not join its letters. What remains is a set of connected components (a letter, a stroke, or a word whose letters
touch). Components of similar height next to each other are a row of letters. Curves, photographs and hatching have ink,
but few rows.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from .letter_rows import box_of, find_rows, letters_in

if TYPE_CHECKING:
    import numpy as np

    from .arrays import Pixels

#: Resolution of the pictures to check: print of 5 points still has separate letters.
DETAIL_DPI = 150
_POINT = DETAIL_DPI / 72
#: Difference (of 255) between ink and ground. The ground is the median within a square of this size (points).
_CONTRAST, _GROUND = 48, 24
#: The same difference where a picture is so small that strokes are a fifth of a pixel wide.
_MARK = 8
#: Straight runs of this length (points) are rules, frames and filled areas.
_RULE = 30
#: Heights (points) of letters and of their parts.
_MIN_HEIGHT, _MAX_HEIGHT = 2.2, 50
#: Maximum number of components. Pictures with more are photographs or hatching: the largest ones are checked.
_MAX_COMPONENTS = 5000
#: Standing rows are searched if upright ones have a smaller share of the ink. Turned text has a few by chance.
_MIN_UPRIGHT = 0.15
#: Columns of components whose x and y are exchanged.
_SWAPPED = [1, 0, 3, 2, 4, 5]
#: Minimum share of the ink (without rules) that is in rows of letters. A letterhead with a logo has less, but not much
#: less, hardly any other ink between its rows, and they cover this share of the picture.
_MIN_INK, _MIN_BESIDE_LOGO, _MIN_AREA = 0.5, 0.2, 0.12
#: Minimum share of the ink that the labels of a drawing have.
_MIN_LABELS = 0.05


@dataclass(frozen=True, slots=True)
class TextDetail:
    """letters: approximate number of letters. box: around their rows, in pixels of the picture; None without rows.

    ink, ink_of_box: share of the ink of the picture, and of the box, that is in rows. area: share of the picture that
    the rows cover.
    """

    letters: int
    box: tuple[float, float, float, float] | None
    ink: float
    ink_of_box: float
    area: float

    @property
    def is_mostly_text(self) -> bool:
        """Whether text is what the picture is for: a letterhead or a table, not a chart with labels."""
        beside_logo = self.area >= _MIN_AREA and self.ink_of_box >= _MIN_INK and self.ink >= _MIN_BESIDE_LOGO
        return self.ink >= _MIN_INK or beside_logo

    @property
    def is_labelled(self) -> bool:
        """Whether there are labels beside drawings, as in a chart. Rows in a photograph, found by chance, are dense."""
        return self.ink >= _MIN_LABELS and self.area < _MIN_AREA


NOTHING = TextDetail(0, None, 0.0, 0.0, 0.0)
#: Of pictures that need no check.
CERTAIN = TextDetail(1_000_000, None, 1.0, 1.0, 1.0)


def text_detail(picture: Pixels) -> TextDetail:
    """Find rows of letters, or standing rows if these have hardly any ink.

    picture: (H, W, 3) or (H, W) uint8 at DETAIL_DPI.
    """
    import cv2
    import numpy as np

    if min(picture.shape[:2]) < _MIN_HEIGHT * _POINT:
        return NOTHING
    grey = _grey(picture)
    if not _has_contrast(grey):
        return NOTHING
    ink = _ink(grey)
    parts = _components(ink)
    rows = _rows(parts, ink.shape)
    letters, total = sum(map(letters_in, rows)), cv2.countNonZero(ink)
    if _pixels(rows) < _MIN_UPRIGHT * total:
        standing = _rows(parts[:, _SWAPPED], ink.shape[::-1])
        if _pixels(standing) > _pixels(rows):
            rows, letters = [row[:, _SWAPPED] for row in standing], sum(map(letters_in, standing))
    if not rows:
        return NOTHING
    covered = np.zeros(ink.shape, bool)
    for row in rows:
        x0, y0, x1, y1 = box_of(row)
        covered[y0:y1, x0:x1] = True
    members = np.concatenate(rows)
    members = members[np.unique(members[:, 5], return_index=True)[1]]
    x0, y0, x1, y1 = box_of(members)
    found, inside = float(members[:, 4].sum()), max(1, int(np.count_nonzero(ink[y0:y1, x0:x1])))
    box = (float(x0), float(y0), float(x1), float(y1))
    return TextDetail(round(letters), box, found / max(1, total), found / inside, float(covered.mean()))


def _pixels(rows: list[np.ndarray]) -> int:
    return sum(int(row[:, 4].sum()) for row in rows)


def is_plain(picture: Pixels) -> bool:
    """Whether a picture has no ink at all, of any form. picture: (H, W, 3) or (H, W) uint8."""
    return not _has_contrast(_grey(picture))


def marked_box(picture: Pixels) -> tuple[int, int, int, int] | None:
    """The box around what differs from its ground in a picture of about a quarter of DETAIL_DPI. None if it is plain.

    Small letters are no more than a grey shade at this resolution. picture: (H, W, 3) uint8.
    """
    import cv2
    import numpy as np

    grey = _grey(picture)
    ground = cv2.medianBlur(grey, int(_GROUND * _POINT / 4) | 1)
    marked = cv2.absdiff(grey, ground) >= _MARK
    columns, rows = np.flatnonzero(marked.any(axis=0)), np.flatnonzero(marked.any(axis=1))
    if not len(columns):
        return None
    return int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1


def _grey(picture: Pixels) -> np.ndarray:
    import cv2
    import numpy as np

    if not picture.size:
        return np.zeros((1, 1), np.uint8)
    return picture if picture.ndim == 2 else np.asarray(cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY))


def _has_contrast(grey: np.ndarray) -> bool:
    return int(grey.max()) - int(grey.min()) >= _CONTRAST


def _ink(grey: np.ndarray) -> np.ndarray:
    """(H, W) uint8: 1 where there is ink that is not part of a rule or of a filled area."""
    import cv2
    import numpy as np

    height, width = grey.shape
    small = cv2.resize(grey, (max(1, width // 4), max(1, height // 4)), interpolation=cv2.INTER_AREA)
    # Reflected at the edges: repeating a frame at the edge would make it the ground.
    size = int(_GROUND * _POINT / 4) | 1
    half = size // 2
    padded = cv2.copyMakeBorder(small, half, half, half, half, cv2.BORDER_REFLECT)
    ground = cv2.medianBlur(padded, size)[half:-half, half:-half]
    ground = cv2.resize(ground, (width, height), interpolation=cv2.INTER_LINEAR)
    _, ink = cv2.threshold(cv2.absdiff(grey, ground), _CONTRAST - 1, 1, cv2.THRESH_BINARY)
    rules = [_opened(ink, int(_RULE * _POINT), axis) for axis in (1, 0)]
    for rule in rules:
        if rule is not None:
            ink = cv2.subtract(ink, rule)
    return np.asarray(ink)


def _opened(ink: np.ndarray, run: int, axis: int) -> np.ndarray | None:
    """The ink in runs of this length. None if there is none. Runs may go on beyond the edges of the picture."""
    import cv2

    eroded = _over_run(ink, run, axis, cv2.min, 1)
    return _over_run(eroded, run, axis, cv2.max, 0) if cv2.countNonZero(eroded) else None


def _over_run(
    ink: np.ndarray, run: int, axis: int, combine: Callable[[np.ndarray, np.ndarray], np.ndarray], beyond: int
) -> np.ndarray:
    """The least or greatest value of each run of pixels, around each pixel: an erosion or dilation.

    It doubles the runs step by step, which takes a quarter of the time of OpenCV's. beyond: the value of pixels
    outside.
    """
    import cv2
    import numpy as np

    before, after = run // 2, run - run // 2 - 1
    sides = (0, 0, before, after) if axis else (before, after, 0, 0)
    found, length = np.asarray(cv2.copyMakeBorder(ink, *sides, cv2.BORDER_CONSTANT, value=(beyond,))), 1
    while length < run:
        step = min(length, run - length)
        found = combine(found[:, :-step], found[:, step:]) if axis else combine(found[:-step], found[step:])
        length += step
    return np.asarray(found)


def _components(ink: np.ndarray) -> np.ndarray:
    """(N, 6) int: x0, y0, x1, y1, number of pixels, and index of components that may be letters."""
    import cv2
    import numpy as np

    _, _, stats, _ = cv2.connectedComponentsWithStats(ink, connectivity=8)
    x, y, width, height, pixels = stats[1:].T
    possible = (height >= _MIN_HEIGHT * _POINT) & (height <= _MAX_HEIGHT * _POINT) & (width <= 12 * height)
    possible &= (width >= _POINT / 2) & (pixels >= 0.12 * width * height)
    found = np.stack([x, y, x + width, y + height, pixels, np.arange(len(x))], axis=1)[possible]
    return np.asarray(found[np.argsort(-found[:, 4])[:_MAX_COMPONENTS]], np.int64)


def _rows(parts: np.ndarray, shape: tuple[int, int]) -> list[np.ndarray]:
    return find_rows(parts, shape, _MIN_HEIGHT * _POINT, _MAX_HEIGHT * _POINT)
