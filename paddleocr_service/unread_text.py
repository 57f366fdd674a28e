"""Find small text that the detector has missed because it saw the image at a coarse resolution.

A large heading determines the resolution of the first run, so small notes beside it are lost. What was missed has
edges outside of all detected lines. Only there, letters are searched at a higher resolution, without a network. Letters
that the first run has seen large enough do not count: what it did not take for text then is none.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np

from .arrays import Floats, Integers, Mask, Pixels, Tensor
from .letter_height import GreyCopy, find_dark_or_light_letters, grey_copy

_MIN_EDGE = 40  # grey levels between neighbouring pixels of the copy
_BLOCK = 32  # pixels of the copy
_MIN_EDGE_SHARE = 0.06  # of the pixels of a block; one short word of blurred letters is above it
_MIN_RUN_SHARE = 0.15  # sum over neighbouring blocks
_MAGNIFICATION = 6  # size of the image in which letters are searched, by size of the copy
_MIN_LETTERS = 6  # of a region
_MAX_REGIONS = 8  # each is one run of the detector
_EDGE_OF_LINE = 0.3  # around a line, by its height; parts of its letters may reach into it
_WORD_NEIGHBOURS = 24  # letters to the right of a letter that are compared with it
_MAX_GAP = 1.0  # between letters of a word, by their height
_MAX_SHIFT = 0.3  # between the lower edges of letters of a word, by their height
_MAX_RATIO = 1.8  # of the heights of letters of a word
_MIN_WORD_SHARE = 0.4  # of the letters of a region that stand in words
_MAX_ASPECT = 1.4  # width by height of most letters; the dashes of a dashed rule are above it
_MARGIN = 2.0  # around a region, by the height of its letters


class Region(NamedTuple):
    """A box that contains letters. All values in pixels of the image."""

    x0: int
    y0: int
    x1: int
    y1: int
    letter_height: float


def find_unread_regions(
    image: Pixels, copies: Sequence[GreyCopy], polygons: Sequence[Integers], max_height: float
) -> list[Region]:
    """Return the regions with letters of at most ``max_height`` pixels outside of the detected lines.

    image: (H, W, 3) BGR, and its copies. polygons: of the lines, (4, 2) each, in pixels of the image.
    """
    found = [letters for copy in copies for letters in _unread_letters(image, copy, polygons, max_height)]
    return _regions(np.concatenate(found), image.shape[1], image.shape[0], max_height) if found else []


def _unread_letters(image: Pixels, copy: GreyCopy, polygons: Sequence[Integers], max_height: float) -> Iterator[Floats]:
    """Yield letters (n, 5): x, y, width and height in pixels of the image, and 1 if the letter stands in a word."""
    outside = outside_lines(copy, polygons)
    for row, start, end in _runs(_edge_shares(copy.grey, outside)):
        edges = np.array([start, row, end, row + 1]) * _BLOCK / copy.scale + (copy.x, copy.y) * 2
        left, top, right, bottom = edges.round().astype(int)
        part = image[top:bottom, left:right]
        if not part.size:
            continue
        grey, scale = grey_copy(part, _MAGNIFICATION * copy.scale)
        letters = find_dark_or_light_letters(grey) / scale
        letters[:, :2] += (left, top)
        letters = letters[(letters[:, 3] <= max_height) & centres_in(outside, letters, copy)]
        if len(letters):
            yield np.column_stack([letters, _stand_in_words(letters)])


def outside_lines(copy: GreyCopy, polygons: Sequence[Integers]) -> Pixels:
    """Return a mask (h, w) that is 255 outside of the polygons and 0 inside."""
    import cv2

    outside = np.full(copy.grey.shape, 255, np.uint8)
    if not len(polygons):
        return outside
    scaled = (np.asarray(polygons) - (copy.x, copy.y)) * copy.scale
    heights = np.linalg.norm(scaled[:, 1:3] - scaled[:, 0:2], axis=2).min(axis=1)
    edges = np.maximum(1, 2 * (_EDGE_OF_LINE * heights).round()).astype(int).tolist()
    for polygon, edge in zip(scaled.round().astype(np.int32), edges, strict=True):
        cv2.fillConvexPoly(outside, polygon, (0,))
        cv2.polylines(outside, [polygon], isClosed=True, color=(0,), thickness=edge)
    return outside


def centres_in(mask: Pixels, letters: Floats, copy: GreyCopy) -> Mask:
    """Return which letters (n, 4), in pixels of the image, have their centre in a mask of its copy."""
    centres = (letters[:, :2] + letters[:, 2:] / 2 - (copy.x, copy.y)) * copy.scale
    columns, rows = np.minimum(centres.astype(int), np.array(mask.shape[::-1]) - 1).T
    return np.asarray(mask[rows, columns] > 0)


def _edge_shares(grey: Pixels, outside: Pixels) -> Tensor:
    """Return the share of each block's pixels that are edges outside of the lines: (rows, columns)."""
    import cv2

    edges = np.asarray(cv2.morphologyEx(grey, cv2.MORPH_GRADIENT, np.ones((3, 3), np.uint8)))
    rows, columns = (-(-side // _BLOCK) for side in grey.shape)
    is_edge = np.zeros((rows * _BLOCK, columns * _BLOCK), np.uint8)
    np.bitwise_and(edges >= _MIN_EDGE, outside, out=is_edge[: grey.shape[0], : grey.shape[1]])
    share = np.asarray(cv2.resize(is_edge * 255, (columns, rows), interpolation=cv2.INTER_AREA))
    return np.asarray(share / np.float32(255))


def _runs(shares: Tensor) -> Iterator[tuple[int, int, int]]:
    """Yield row, first column and last column + 1 of each run of blocks in a row that have enough edges for a word."""
    blocks = shares >= _MIN_EDGE_SHARE
    for y in np.flatnonzero(blocks.any(axis=1)):
        edges = np.flatnonzero(np.diff(np.concatenate([[False], blocks[y], [False]]).astype(np.int8)))
        for x0, x1 in zip(edges[::2], edges[1::2], strict=True):
            if shares[y, x0:x1].sum() >= _MIN_RUN_SHARE:
                yield int(y), int(x0), int(x1)


def _regions(letters: Floats, width: int, height: int, cell: float) -> list[Region]:
    """Group letters (n, 5) into regions: letters in neighbouring cells of a grid belong together.

    If there are too many regions for single runs of the detector, a coarser grid joins them.
    """
    while True:
        number = _group_numbers(letters, width, height, cell)
        in_words = np.bincount(number, letters[:, 4])
        is_text = (in_words >= _MIN_LETTERS) & (in_words >= _MIN_WORD_SHARE * np.bincount(number))
        groups = [letters[number == index] for index in np.flatnonzero(is_text)]
        if len(groups) <= _MAX_REGIONS:
            return [_region(group, width, height) for group in groups if not _is_rule(group)]
        cell *= 2


def _group_numbers(letters: Floats, width: int, height: int, cell: float) -> Integers:
    """Return the number of each letter's group: (n,)."""
    import cv2

    grid = np.zeros((int(height / cell) + 1, int(width / cell) + 1), np.uint8)
    columns, rows = ((letters[:, :2] + letters[:, 2:4] / 2) / cell).astype(int).T
    grid[rows, columns] = 1
    _, numbers = cv2.connectedComponents(cv2.dilate(grid, np.ones((3, 5), np.uint8)), connectivity=8)
    return np.asarray(numbers[rows, columns], np.intp)


def _is_rule(letters: Floats) -> bool:
    """Return whether these are the dashes of a dashed rule."""
    return bool(np.median(letters[:, 2] / letters[:, 3]) > _MAX_ASPECT)


def _region(letters: Floats, width: int, height: int) -> Region:
    size = float(np.median(letters[:, 3]))
    margin = _MARGIN * size
    x0, y0 = letters[:, :2].min(axis=0) - margin
    x1, y1 = (letters[:, :2] + letters[:, 2:4]).max(axis=0) + margin
    return Region(max(0, int(x0)), max(0, int(y0)), min(width, int(x1) + 1), min(height, int(y1) + 1), size)


def _stand_in_words(letters: Floats) -> Mask:
    """Return which letters (n, 4) have a neighbour to the left and one to the right of similar height, on one line."""
    order = np.argsort(letters[:, 0], kind="stable")
    x, y, width, height = letters[order].T
    right, bottom = x + width, y + height
    first = np.arange(len(letters))[:, None]
    second = first + np.arange(1, min(_WORD_NEIGHBOURS, len(letters) - 1) + 1)
    exists, second = second < len(letters), np.minimum(second, len(letters) - 1)
    larger = np.maximum(height[first], height[second])
    neighbours = (
        exists
        & (x[second] - right[first] <= _MAX_GAP * larger)
        & (x[second] > (x[first] + right[first]) / 2)
        & (abs(bottom[second] - bottom[first]) <= _MAX_SHIFT * larger)
        & (larger <= _MAX_RATIO * np.minimum(height[first], height[second]))
    )
    has_right, has_left = neighbours.any(axis=1), np.zeros(len(letters), bool)
    has_left[second[neighbours]] = True
    in_word = np.zeros(len(letters), bool)
    in_word[order] = has_left & has_right
    return in_word
