"""A large page goes through the detector in tiles, and its answer is put together again.

The working memory of the detector is in proportion to its input, about 150 bytes a pixel, and to have it anew for each
page takes a third as long as to compute with it. A tile is small enough for it to be kept from page to page: so a large
page takes less memory and less time, and what a process holds does not depend on the page that it read last.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np

#: Pixels of the largest input that goes in whole.
LARGEST_TILE = 1152 * 480
#: Pixels by which a tile reaches into its neighbours; what it says of them is thrown away. The network sees further,
#: but faintly.
MARGIN = 64
_STRIDE = 32  # the detector takes sides that are multiples of it


class TiledRunner:
    """Stands in the place of a detector's runner and keeps its contract: picture in, map of text of its size out."""

    def __init__(self, runner) -> None:
        self._runner = runner

    def __getattr__(self, name: str):
        return getattr(self._runner, name)

    def __call__(self, x=None, **_kwargs) -> list[np.ndarray]:
        """x: an array (1, 3, H, W) float32, or a list of one. Returns [(1, 1, H, W) float32]: how likely text is."""
        import numpy as np

        picture = x[0] if isinstance(x, list) else x
        if picture.shape[2] * picture.shape[3] <= LARGEST_TILE:
            return self._runner(x=[picture])
        axis = 2 if picture.shape[2] >= picture.shape[3] else 3
        text = np.empty((1, 1, *picture.shape[2:]), np.float32)
        for start, end, first, last in tiles(picture.shape[axis], picture.shape[5 - axis]):
            seen = self._runner(x=[np.ascontiguousarray(_between(picture, axis, first, last))])[0]
            _between(text, axis, start, end)[...] = _between(seen, axis, start - first, end - first)
        return [text]


def tiles(length: int, width: int) -> list[tuple[int, int, int, int]]:
    """(start, end, first, last) of each tile along the longer side: what it tells of, and what it looks at.

    length, width: of the picture, multiples of 32 pixels. All tiles but the last look at equally many pixels.
    """
    most = max(LARGEST_TILE // width, 2 * MARGIN + _STRIDE)
    count = -(-(length - 2 * MARGIN) // (most - 2 * MARGIN))
    step = -(-(length - 2 * MARGIN) // (count * _STRIDE)) * _STRIDE
    found = []
    for first in range(0, length - 2 * MARGIN, step):
        last = min(first + step + 2 * MARGIN, length)
        found.append((first + MARGIN if first else 0, last if last == length else last - MARGIN, first, last))
    return found


def _between(array: np.ndarray, axis: int, start: int, end: int) -> np.ndarray:
    return array[:, :, start:end] if axis == 2 else array[:, :, :, start:end]
