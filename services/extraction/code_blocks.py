"""Square blocks of pixels, as arrays (rows, columns) bool: those that lines of text cover, and connected ones."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import numpy as np
from PIL import Image, ImageDraw

#: Side of a block in pixels.
BLOCK_PIXELS = 16


def covered(shape: tuple[int, ...], text: Iterable[Sequence[Sequence[float]]]) -> np.ndarray:
    """The blocks that lines of text touch, (rows, columns) bool."""
    mask = Image.new("1", (shape[1], shape[0]))
    draw = ImageDraw.Draw(mask)
    for polygon in text:
        draw.polygon([(x / BLOCK_PIXELS - 0.5, y / BLOCK_PIXELS - 0.5) for x, y in polygon], fill=1, outline=1)
    return np.asarray(mask)


def opened(blocks: np.ndarray, size: int = 2) -> np.ndarray:
    """Blocks that belong to a square of size * size blocks. Rules have none."""
    rows, columns = blocks.shape[0] - size + 1, blocks.shape[1] - size + 1
    places = [(row, column) for row in range(size) for column in range(size)]
    squares = np.logical_and.reduce([blocks[row : row + rows, column : column + columns] for row, column in places])
    opened = np.zeros_like(blocks)
    for row, column in places:
        opened[row : row + rows, column : column + columns] |= squares
    return opened


def connected(blocks: np.ndarray) -> Iterator[list[tuple[int, int]]]:
    """Blocks (row, column) that are at most one to three blocks apart: those in neighbouring squares of four blocks."""
    squares: dict[tuple[int, int], list[tuple[int, int]]] = {}
    for row, column in np.argwhere(blocks).tolist():
        squares.setdefault((row // 2, column // 2), []).append((row, column))
    steps = [(down, right) for down in (-1, 0, 1) for right in (-1, 0, 1)]
    while squares:
        first, part = squares.popitem()
        pending = [first]
        while pending:
            row, column = pending.pop()
            for down, right in steps:
                near = (row + down, column + right)
                if near in squares:
                    part += squares.pop(near)
                    pending.append(near)
        yield part
