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
#: Degrees by which the estimated angle may be wrong. Most codes are read at the first one.
_TURNS = (0, 3, -3)


@dataclass(frozen=True, slots=True)
class _Limits:
    """What counts as stripes. Lengths are in pixels, angles in radians. Tuned on drawn codes and on pages of text."""

    #: Mean squared difference of neighbouring pixels, on a scale of 256 levels. Noise of a photograph is below.
    energy: float = 80.0
    #: 1 if all edges of a block and its neighbours run in one direction, 0 if they run in all.
    coherence: float = 0.4
    #: Blocks in one region differ by at most this angle.
    turn: float = 0.3
    blocks: int = 4
    #: Size of a code, across its stripes and along them, and the share of this rectangle that has stripes.
    across: float = 64.0
    along: float = 20.0
    filled: float = 0.4
    #: Edges in a row through a code. EAN-8, the shortest one, has 44.
    edges: int = 14
    #: The start and stop patterns of PDF417, which are at the sides of rows with edges in all directions.
    pattern_coherence: float = 0.7
    pattern_across: float = 128.0
    pattern_along: float = 40.0
    pattern_edges: int = 6
    #: Length of a code beside its pattern: as a multiple of its height, and at most.
    sides: float = 8.0
    side: float = 500.0
    #: Light space around a code that the reader needs.
    margin: float = 28.0
    #: The part of a region that is checked, and the most regions and patterns of a page.
    checked_across: float = 240.0
    checked_along: float = 60.0
    codes: int = 12
    patterns: int = 12
    #: Rows this far apart correlate at least so much, with this shift: 0.89 to 1.0 in drawn codes, up to 0.3 in text.
    row_distance: int = 12
    likeness: float = 0.7
    shift: int = 3


_LIMITS = _Limits()


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
        striped = (energy > _LIMITS.energy) & (coherence > min_coherence)
        return [_area(blocks, _mean_angle(blocks, xx - yy, xy)) for blocks in _regions(striped, angle)]

    image = Image.fromarray(grey)
    codes = sorted((each for each in areas(_LIMITS.coherence) if each.is_code), key=_size)
    patterns = sorted((each for each in areas(_LIMITS.pattern_coherence) if each.is_pattern), key=_size)
    for area in codes[-_LIMITS.codes :]:
        if _is_striped(area.middle.sample(image), _LIMITS.edges):
            yield _attempts(area, image)
    for area in patterns[-_LIMITS.patterns :]:
        if _is_striped(area.middle.sample(image), _LIMITS.pattern_edges):
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
        return self.filled >= _LIMITS.filled and self.along >= _LIMITS.along

    @property
    def is_code(self) -> bool:
        return self.is_solid and self.across >= _LIMITS.across

    @property
    def is_pattern(self) -> bool:
        """Whether it may be the start or stop pattern of PDF417."""
        return self.is_solid and self.along >= _LIMITS.pattern_along and self.across <= _LIMITS.pattern_across

    @property
    def middle(self) -> _Area:
        """A part that is large enough to check the stripes."""
        x, y = (self.x0 + self.x1) / 2, (self.y0 + self.y1) / 2
        across, along = min(self.across, _LIMITS.checked_across) / 2, min(self.along, _LIMITS.checked_along) / 2
        return replace(self, x0=x - across, x1=x + across, y0=y - along, y1=y + along)

    def sample(self, image: Image.Image) -> np.ndarray:
        """The area as an array with its stripes upright, roughly."""
        return np.asarray(self.cut(image, 0.0, Image.Resampling.BILINEAR).picture, np.float32)

    @property
    def widened(self) -> _Area:
        """The area in which a code with this pattern lies, to the left or to the right of it."""
        side = min(_LIMITS.side, _LIMITS.sides * self.along)
        return replace(self, x0=self.x0 - side, x1=self.x1 + side)

    def turned(self, by: float) -> _Area:
        """The area turned clockwise around its centre."""
        x, y, cos, sin = (self.x0 + self.x1) / 2, (self.y0 + self.y1) / 2, math.cos(by), math.sin(by)
        right, down = x * (cos - 1) + y * sin, y * (cos - 1) - x * sin
        return _Area(self.angle + by, self.x0 + right, self.x1 + right, self.y0 + down, self.y1 + down, self.filled)

    def cut(
        self, image: Image.Image, margin: float = _LIMITS.margin, sampling: int = Image.Resampling.BICUBIC
    ) -> Stripes:
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
    distance = min(_LIMITS.row_distance, len(core) // 2)
    rows = core[::4]
    apart = max(1, distance // 4)
    if len(rows) <= apart or core.shape[1] <= 4 * _LIMITS.shift:
        return False
    middle = core[len(core) // 2 - 2 : len(core) // 2 + 2].mean(axis=0)
    dark = middle < (middle.min() + middle.max()) / 2
    if np.count_nonzero(dark[1:] != dark[:-1]) < min_edges:
        return False
    return bool(np.median(_likeness(rows[:-apart], rows[apart:])) > _LIMITS.likeness)


def _likeness(rows: np.ndarray, others: np.ndarray) -> np.ndarray:
    """The best correlation of each row with the other one, shifted by a few pixels, because the angle is estimated."""
    first = rows[:, _LIMITS.shift : -_LIMITS.shift]
    first = first - first.mean(axis=1, keepdims=True)
    found = []
    for shift in range(2 * _LIMITS.shift + 1):
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
                if near in left and _turn(angle[near], angle[row, column]) < _LIMITS.turn:
                    left.remove(near)
                    region.append(near)
                    pending.append(near)
        if len(region) >= _LIMITS.blocks:
            yield region


def _turn(first: float, second: float) -> float:
    """The angle between two lines in radians, at most a right angle."""
    turn = abs(first - second) % math.pi
    return min(turn, math.pi - turn)


def _mean_angle(blocks: list[tuple[int, int]], difference: np.ndarray, xy: np.ndarray) -> float:
    rows, columns = zip(*blocks, strict=True)
    return math.atan2(2 * float(xy[rows, columns].sum()), float(difference[rows, columns].sum())) / 2
