"""Run the detector on tiles of a large page and join the results.

The detector's working memory is proportional to its input, about 150 bytes per pixel. Allocating it again for each page
takes a third as long as the computation. A tile is small enough for that memory to stay allocated from page to page. So
large pages take less memory and time, and the size of the process does not depend on the last page.

PaddleX prepares the whole page before it calls the network: 36 bytes per pixel. ``run_in_tiles`` moves that into the
tiles, too. So a picture may be very long: it takes 10 bytes per pixel of the scaled copy.
"""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np

from .arrays import AnyArray, Mask, Pixels, Tensor

#: Pixels of the largest input that is processed in one piece.
MAX_TILE_PIXELS = 1152 * 480
#: Pixels by which a tile overlaps its neighbours; the output there is discarded. The network's receptive field is
#: larger, but its outer part has little influence.
MARGIN = 64
_STRIDE = 32  # the detector requires sides that are multiples of this
_MIN_CONTRAST = 8  # grey levels; a tile without more contains no text, and the network is not run
_MAX_CANDIDATES = 20_000  # regions of text per picture; PaddleX ignores all but 1000, and a long receipt has more


class Tile(NamedTuple):
    """Position of a tile along the longer side, in pixels. Of the network's output, only the output range is used."""

    output_start: int
    output_end: int
    input_start: int
    input_end: int


class TiledRunner:
    """Replaces a detector's runner: image in, text probability map of the same size out."""

    def __init__(self, runner: Any, prepare: Callable[[Pixels], Tensor]) -> None:
        """prepare: converts a tile (H, W, 3) uint8 BGR to the network's input (1, 3, H, W)."""
        self._runner = runner
        self._prepare = prepare

    def __getattr__(self, name: str) -> Any:
        return getattr(self._runner, name)

    def __call__(self, x: Any = None, **_kwargs: Any) -> list[Tensor]:
        """x: an image (H, W, 3) uint8 BGR, or a list with one. Returns [(1, 1, H, W) float32]: text probability."""
        image: Pixels = x[0] if isinstance(x, list) else x
        height, width = image.shape[:2]
        probability = np.zeros((1, 1, height, width), np.float32)
        axis = 0 if height >= width else 1
        for tile in split_into_tiles(image.shape[axis], image.shape[1 - axis]):
            part = _slice(image, axis, tile.input_start, tile.input_end)
            if int(part.max()) - int(part.min()) <= _MIN_CONTRAST:
                continue
            output = self._runner(x=[self._prepare(part)])[0]
            start, end = tile.output_start - tile.input_start, tile.output_end - tile.input_start
            _slice(probability, axis + 2, tile.output_start, tile.output_end)[...] = _slice(
                output, axis + 2, start, end
            )
        return [probability]


def run_in_tiles(predictor: Any) -> None:
    """Make PaddleX's detector prepare and process its input in tiles."""
    steps = predictor.pre_tfs
    alpha, beta = steps["Normalize"].alpha, steps["Normalize"].beta

    def prepare(tile: Pixels) -> Tensor:
        return to_input(tile, alpha, beta)

    for name in ("Read", "Normalize", "ToCHW", "ToBatch"):
        steps[name] = _unchanged
    predictor.runner = TiledRunner(predictor.runner, prepare)
    predictor.post_op.max_candidates = _MAX_CANDIDATES
    find_boxes = predictor.post_op.boxes_from_bitmap

    def boxes_from_bitmap(probability: Tensor, bitmap: Mask, *sizes: Any) -> Any:
        return find_boxes(probability, bitmap.view(np.uint8), *sizes)  # PaddleX converts a bool mask to int64

    predictor.post_op.boxes_from_bitmap = boxes_from_bitmap


def to_input(tile: Pixels, alpha: Sequence[float], beta: Sequence[float]) -> Tensor:
    """Return the network's input (1, 3, H, W) float32: each channel of a tile (H, W, 3) uint8, times alpha plus beta.

    The same as PaddleX's steps, but written once. PaddleX copies the tile five times.
    """
    import cv2

    tensor = np.empty((1, 3, *tile.shape[:2]), np.float32)
    for channel, target, factor, offset in zip(cv2.split(tile), tensor[0], alpha, beta, strict=True):
        np.multiply(channel, np.float32(factor), out=target)
        target += np.float32(offset)
    return tensor


def _unchanged(imgs: list[Pixels]) -> list[Pixels]:
    return imgs


def split_into_tiles(length: int, width: int) -> list[Tile]:
    """Return the tiles of an image, in order along its longer side. All inputs but the last have the same size.

    length, width: longer and shorter side in pixels, multiples of 32.
    """
    if length * width <= MAX_TILE_PIXELS:
        return [Tile(0, length, 0, length)]
    max_input = max(MAX_TILE_PIXELS // width, 2 * MARGIN + _STRIDE)
    count = -(-(length - 2 * MARGIN) // (max_input - 2 * MARGIN))
    step = -(-(length - 2 * MARGIN) // (count * _STRIDE)) * _STRIDE
    tiles = []
    for start in range(0, length - 2 * MARGIN, step):
        end = min(start + step + 2 * MARGIN, length)
        tiles.append(Tile(start + MARGIN if start else 0, end if end == length else end - MARGIN, start, end))
    return tiles


def _slice(array: AnyArray, axis: int, start: int, end: int) -> AnyArray:
    return array[(slice(None),) * axis + (slice(start, end),)]
