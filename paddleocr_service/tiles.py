"""Run the detector on tiles of a large page and join the results.

The detector's working memory is proportional to its input, about 150 bytes per pixel. Allocating it again for each page
takes a third as long as the computation. A tile is small enough for that memory to stay allocated from page to page. So
large pages take less memory and time, and the size of the process does not depend on the last page.
"""

from typing import Any, NamedTuple

import numpy as np

from .arrays import Tensor

#: Pixels of the largest input that is processed in one piece.
MAX_TILE_PIXELS = 1152 * 480
#: Pixels by which a tile overlaps its neighbours; the output there is discarded. The network's receptive field is
#: larger, but its outer part has little influence.
MARGIN = 64
_STRIDE = 32  # the detector requires sides that are multiples of this


class Tile(NamedTuple):
    """Position of a tile along the longer side, in pixels. Of the network's output, only the output range is used."""

    output_start: int
    output_end: int
    input_start: int
    input_end: int


class TiledRunner:
    """Replaces a detector's runner, with the same interface: image in, text probability map of the same size out."""

    def __init__(self, runner: Any) -> None:
        self._runner = runner

    def __getattr__(self, name: str) -> Any:
        return getattr(self._runner, name)

    def __call__(self, x: Any = None, **_kwargs: Any) -> list[Tensor]:
        """x: an array (1, 3, H, W) float32, or a list with one. Returns [(1, 1, H, W) float32]: text probability."""
        image: Tensor = x[0] if isinstance(x, list) else x
        if image.shape[2] * image.shape[3] <= MAX_TILE_PIXELS:
            result: list[Tensor] = self._runner(x=[image])
            return result
        axis = 2 if image.shape[2] >= image.shape[3] else 3
        joined = np.empty((1, 1, *image.shape[2:]), np.float32)
        for tile in split_into_tiles(image.shape[axis], image.shape[5 - axis]):
            part = np.ascontiguousarray(_slice(image, axis, tile.input_start, tile.input_end))
            output = self._runner(x=[part])[0]
            start, end = tile.output_start - tile.input_start, tile.output_end - tile.input_start
            _slice(joined, axis, tile.output_start, tile.output_end)[...] = _slice(output, axis, start, end)
        return [joined]


def split_into_tiles(length: int, width: int) -> list[Tile]:
    """Return the tiles of an image, in order along its longer side. All inputs but the last have the same size.

    length, width: longer and shorter side in pixels, multiples of 32.
    """
    max_input = max(MAX_TILE_PIXELS // width, 2 * MARGIN + _STRIDE)
    count = -(-(length - 2 * MARGIN) // (max_input - 2 * MARGIN))
    step = -(-(length - 2 * MARGIN) // (count * _STRIDE)) * _STRIDE
    tiles = []
    for start in range(0, length - 2 * MARGIN, step):
        end = min(start + step + 2 * MARGIN, length)
        tiles.append(Tile(start + MARGIN if start else 0, end if end == length else end - MARGIN, start, end))
    return tiles


def _slice(array: Tensor, axis: int, start: int, end: int) -> Tensor:
    return array[:, :, start:end] if axis == 2 else array[:, :, :, start:end]
