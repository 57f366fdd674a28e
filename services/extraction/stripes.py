"""Find regions of parallel stripes at any angle, as linear barcodes and PDF417 have them, and cut them out upright.

The structure tensor of small blocks says how strong the edges in them are, in which direction they run, and whether
they agree on it (J. Bigun and G. Granlund, "Optimal orientation detection of linear symmetry", 1987). Text has edges in
all directions; stripes have them in one.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
from PIL import Image

#: Side of a block in samples. Every second pixel in both directions is a sample.
_BLOCK = 8
_PIXELS = 2 * _BLOCK
#: Mean squared difference of neighbouring pixels, on a scale of 256 levels. Noise of a photograph is below.
_MIN_ENERGY = 80.0
#: 1 if all edges of a block and its neighbours run in one direction, 0 if they run in all.
_MIN_COHERENCE = 0.4
#: Blocks in one region differ by at most this angle, in radians.
_MAX_TURN = 0.3
#: Size of a region in pixels, across its stripes and along them.
_MIN_ACROSS, _MIN_ALONG = 64.0, 20.0
#: Light space around the region that the reader needs, in pixels.
_MARGIN = 28.0
_MAX_CODES, _MAX_PATTERNS = 12, 12
#: Edges in a row through the region: of EAN-8, the shortest code, and of the start pattern of PDF417.
_CHECKED_ACROSS, _CHECKED_ALONG = 240.0, 60.0
#: Degrees by which the estimated angle may be wrong. Most codes are read at the first one.
_TURNS = (0, 3, -3)
_MIN_CODE_EDGES, _MIN_PATTERN_EDGES = 14, 6
#: Rows this many pixels apart correlate by at least this value in codes: 0.89 to 1.0 in drawn ones, up to 0.3 in text.
_ROW_DISTANCE, _MIN_LIKENESS, _MAX_SHIFT = 12, 0.7, 3
_MIN_PATTERN_ALONG = 40.0
#: Length of a code beside its pattern: as a share of its height, and at most in pixels.
_SIDES, _MAX_SIDE = 8.0, 500.0
_MIN_PATTERN_COHERENCE = 0.7
_MAX_PATTERN_ACROSS = 128.0
_MIN_BLOCKS = 4
#: Share of its rectangle that a region fills. Regions of text are ragged.
_MIN_FILLED = 0.4


@dataclass(frozen=True, slots=True)
class Stripes:
    """A region. picture: the region with its stripes upright. origin, angle: where its top left corner is on the page,
    and by how many radians it is turned clockwise there."""

    picture: Image.Image
    origin: tuple[float, float]
    angle: float

    def on_page(self, x: float, y: float) -> list[float]:
        """A point of the region's picture on the page."""
        cos, sin = math.cos(self.angle), math.sin(self.angle)
        return [round(self.origin[0] + x * cos - y * sin, 1), round(self.origin[1] + x * sin + y * cos, 1)]


def find_stripes(grey: np.ndarray) -> Iterator[list[Callable[[], Stripes]]]:
    """Regions of a picture (H, W) uint8. Each is a list of attempts: at the estimated angle, then near it."""
    if min(grey.shape) < 2 * _PIXELS:
        return
    xx, yy, xy = (_with_neighbours(each) for each in _tensor(grey))
    energy = xx + yy
    coherence = np.hypot(xx - yy, 2 * xy) / np.maximum(energy, 1e-6)
    angle = np.arctan2(2 * xy, xx - yy) / 2

    def areas(min_coherence: float) -> list[_Area]:
        striped = (energy > _MIN_ENERGY) & (coherence > min_coherence)
        return [_area(blocks, _mean_angle(blocks, xx - yy, xy)) for blocks in _regions(striped, angle)]

    image = Image.fromarray(grey)
    codes = sorted((each for each in areas(_MIN_COHERENCE) if each.is_code), key=_size)
    patterns = sorted((each for each in areas(_MIN_PATTERN_COHERENCE) if each.is_pattern), key=_size)
    for area in codes[-_MAX_CODES:]:
        if _is_striped(area.middle.sample(image), _MIN_CODE_EDGES):
            yield _attempts(area, image)
    for area in patterns[-_MAX_PATTERNS:]:
        if _is_striped(area.middle.sample(image), _MIN_PATTERN_EDGES):
            yield _attempts(area.widened, image)


@dataclass(frozen=True, slots=True)
class _Area:
    """A rectangle whose sides are across and along stripes at an angle. filled: share of it that has stripes."""

    angle: float
    x0: float
    x1: float
    y0: float
    y1: float
    filled: float

    @property
    def across(self) -> float:
        return self.x1 - self.x0

    @property
    def along(self) -> float:
        return self.y1 - self.y0

    @property
    def is_solid(self) -> bool:
        return self.filled >= _MIN_FILLED and self.along >= _MIN_ALONG

    @property
    def is_code(self) -> bool:
        return self.is_solid and self.across >= _MIN_ACROSS

    @property
    def is_pattern(self) -> bool:
        """Whether it may be the start or stop pattern of PDF417."""
        return self.is_solid and self.along >= _MIN_PATTERN_ALONG and self.across <= _MAX_PATTERN_ACROSS

    @property
    def middle(self) -> _Area:
        """A part that is large enough to check the stripes."""
        x, y = (self.x0 + self.x1) / 2, (self.y0 + self.y1) / 2
        across, along = min(self.across, _CHECKED_ACROSS) / 2, min(self.along, _CHECKED_ALONG) / 2
        return replace(self, x0=x - across, x1=x + across, y0=y - along, y1=y + along)

    def sample(self, image: Image.Image) -> np.ndarray:
        """The area as an array with its stripes upright, roughly."""
        return np.asarray(self.cut(image, 0.0, Image.Resampling.BILINEAR).picture, np.float32)

    @property
    def widened(self) -> _Area:
        """The area in which a code with this pattern lies, to the left or to the right of it."""
        side = min(_MAX_SIDE, _SIDES * self.along)
        return replace(self, x0=self.x0 - side, x1=self.x1 + side)

    def turned(self, by: float) -> _Area:
        """The area turned clockwise around its centre."""
        x, y, cos, sin = (self.x0 + self.x1) / 2, (self.y0 + self.y1) / 2, math.cos(by), math.sin(by)
        right, down = x * (cos - 1) + y * sin, y * (cos - 1) - x * sin
        return _Area(self.angle + by, self.x0 + right, self.x1 + right, self.y0 + down, self.y1 + down, self.filled)

    def cut(self, image: Image.Image, margin: float = _MARGIN, sampling: int = Image.Resampling.BICUBIC) -> Stripes:
        cos, sin = math.cos(self.angle), math.sin(self.angle)
        x0, y0 = self.x0 - margin, self.y0 - margin
        origin = (x0 * cos - y0 * sin, x0 * sin + y0 * cos)
        size = (round(self.across + 2 * margin), round(self.along + 2 * margin))
        coefficients = (cos, -sin, origin[0], sin, cos, origin[1])
        method = Image.Transform.AFFINE
        return Stripes(image.transform(size, method, coefficients, sampling, fillcolor=255), origin, self.angle)


def _attempts(area: _Area, image: Image.Image) -> list[Callable[[], Stripes]]:
    return [partial(area.turned(math.radians(degrees)).cut, image) for degrees in _TURNS]


def _is_striped(core: np.ndarray, min_edges: int) -> bool:
    """Whether rows some pixels apart are alike, as in codes and rarely in text, and have this many edges."""
    distance = min(_ROW_DISTANCE, len(core) // 2)
    rows = core[::4]
    apart = max(1, distance // 4)
    if len(rows) <= apart or core.shape[1] <= 4 * _MAX_SHIFT:
        return False
    middle = core[len(core) // 2 - 2 : len(core) // 2 + 2].mean(axis=0)
    dark = middle < (middle.min() + middle.max()) / 2
    if np.count_nonzero(dark[1:] != dark[:-1]) < min_edges:
        return False
    return bool(np.median(_likeness(rows[:-apart], rows[apart:])) > _MIN_LIKENESS)


def _likeness(rows: np.ndarray, others: np.ndarray) -> np.ndarray:
    """The best correlation of each row with the other one, shifted by a few pixels, because the angle is estimated."""
    first = rows[:, _MAX_SHIFT:-_MAX_SHIFT]
    first = first - first.mean(axis=1, keepdims=True)
    found = []
    for shift in range(2 * _MAX_SHIFT + 1):
        second = others[:, shift : shift + first.shape[1]]
        second = second - second.mean(axis=1, keepdims=True)
        scale = np.sqrt((first**2).sum(axis=1) * (second**2).sum(axis=1)) + 1e-3
        found.append((first * second).sum(axis=1) / scale)
    return np.asarray(np.max(found, axis=0))


def _size(area: _Area) -> float:
    return area.across * area.along


def _area(blocks: list[tuple[int, int]], angle: float) -> _Area:
    """The smallest rectangle around the blocks."""
    cos, sin = math.cos(angle), math.sin(angle)
    centres = np.array([((column + 0.5) * _PIXELS, (row + 0.5) * _PIXELS) for row, column in blocks])
    across, along = centres @ (cos, sin), centres @ (-sin, cos)
    half = _PIXELS / 2
    x0, x1 = float(across.min()) - half, float(across.max()) + half
    y0, y1 = float(along.min()) - half, float(along.max()) + half
    return _Area(angle, x0, x1, y0, y1, len(blocks) * _PIXELS**2 / ((x1 - x0) * (y1 - y0)))


def _tensor(grey: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The means of dx * dx, dy * dy and dx * dy in each block: arrays (H / 16, W / 16)."""
    rows, columns = (length // _PIXELS * _PIXELS for length in grey.shape)
    part = grey[:rows, :columns]
    start = part[::2, ::2].astype(np.float32)
    dx, dy = part[::2, 1::2] - start, part[1::2, ::2] - start
    shape = (rows // _PIXELS, _BLOCK, columns // _PIXELS, _BLOCK)

    def mean(first: np.ndarray, second: np.ndarray) -> np.ndarray:
        return np.asarray(np.einsum("aibj,aibj->ab", first.reshape(shape), second.reshape(shape))) / _BLOCK**2

    return mean(dx, dx), mean(dy, dy), mean(dx, dy)


def _with_neighbours(blocks: np.ndarray) -> np.ndarray:
    """The mean of each block and the eight around it."""
    padded = np.pad(blocks, 1, mode="edge")
    rows = padded[:-2] + padded[1:-1] + padded[2:]
    return np.asarray((rows[:, :-2] + rows[:, 1:-1] + rows[:, 2:]) / 9)


def _regions(striped: np.ndarray, angle: np.ndarray) -> Iterator[list[tuple[int, int]]]:
    """Connected blocks (row, column) whose stripes run in one direction."""
    left = {(int(row), int(column)) for row, column in np.argwhere(striped)}
    while left:
        first = left.pop()
        region, pending = [first], [first]
        while pending:
            row, column = pending.pop()
            for near in ((row - 1, column), (row + 1, column), (row, column - 1), (row, column + 1)):
                if near in left and _turn(angle[near], angle[row, column]) < _MAX_TURN:
                    left.remove(near)
                    region.append(near)
                    pending.append(near)
        if len(region) >= _MIN_BLOCKS:
            yield region


def _turn(first: float, second: float) -> float:
    """The angle between two lines in radians, at most a right angle."""
    turn = abs(first - second) % math.pi
    return min(turn, math.pi - turn)


def _mean_angle(blocks: list[tuple[int, int]], difference: np.ndarray, xy: np.ndarray) -> float:
    rows, columns = zip(*blocks, strict=True)
    return math.atan2(2 * float(xy[rows, columns].sum()), float(difference[rows, columns].sum())) / 2
