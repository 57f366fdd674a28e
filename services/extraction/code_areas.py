"""Find the areas of a page that may hold barcodes, and the angle of the stripes in them.

Codes are dense in edges, and they are what the recogniser did not read. So lines of text that were read are left out;
on most pages little else remains. Most edges of linear codes and of PDF417 run in one direction.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from paddleocr_service.raster import transformed
from services.extraction.code_blocks import BLOCK_PIXELS as _PIXELS
from services.extraction.code_blocks import connected, covered, opened

#: Side of a block in samples. Every second pixel in both directions is a sample.
_BLOCK = _PIXELS // 2
#: Directions of edges are counted in steps of two degrees.
_BINS = 90
#: Pixels of an area that are used to find its direction.
_SAMPLES = 30_000


@dataclass(frozen=True, slots=True)
class _Limits:
    """What may be a code. Lengths are in pixels. Tuned on drawn codes and on pages of text."""

    #: Mean squared difference of neighbouring pixels, on a scale of 256 levels, in the blocks of a code: at least
    #: `energy`, and `noise` times as much as in the smoothest blocks of the page, but never more than `most_energy`.
    energy: float = 80.0
    noise: float = 4.0
    most_energy: float = 400.0
    #: Share of the rectangle around an area that has edges. What is below, such as a frame, is searched in parts.
    filled: float = 0.35
    #: The same of codes, with the least size of PDF417 across its stripes and along them, the largest area that is
    #: turned several times without any sign of a code (each takes 5 ms), and the largest side of a matrix code that is
    #: turned if it is not read as it is.
    solid: float = 0.6
    pdf417_across: float = 150.0
    pdf417_along: float = 24.0
    pdf417_pixels: float = 120_000.0
    matrix: float = 400.0
    #: The largest areas of a page are searched.
    areas: int = 12
    #: Light space around a code that the reader needs.
    margin: int = 32
    #: Edges within so many degrees of the main direction, and their share of all edges: 0.2 or more in drawn PDF417,
    #: 0.4 or more in linear codes.
    turn: float = 12.0
    striped: float = 0.15
    #: Size of striped codes across their stripes and along them, and the largest area that is turned, in pixels.
    across: float = 64.0
    along: float = 14.0
    pixels: float = 1_000_000.0
    #: Rows this far apart correlate at least so much, with this shift: 0.89 to 1.0 in linear codes, up to 0.3 in text.
    row_distance: int = 12
    #: Edges in a row through a linear code. EAN-8, the shortest one, has 44. Rules and frames have few.
    edges: int = 14
    likeness: float = 0.7
    shift: int = 3


_LIMITS = _Limits()


@dataclass(frozen=True, slots=True)
class Cut:
    """A part of the page. picture: (h, w) uint8. origin, angle: where its top left corner is on the page, and by how
    many radians it is turned clockwise there. scale: pixels of the picture for one of the page."""

    picture: np.ndarray
    origin: tuple[float, float]
    angle: float = 0.0
    scale: float = 1.0

    @property
    def is_dark(self) -> bool:
        """Whether the space around the area is darker than the area: a light code may be on dark ground."""
        edge = _LIMITS.margin // 2
        around = np.concatenate([self.picture[:edge:2, ::4].ravel(), self.picture[-edge::2, ::4].ravel()])
        return bool(np.median(around) < self.picture[edge:-edge:4, edge:-edge:4].mean())

    @property
    def inverted(self) -> Cut:
        return replace(self, picture=255 - self.picture)

    def on_page(self, x: float, y: float) -> list[float]:
        """A point of the part on the page."""
        cos, sin = math.cos(self.angle), math.sin(self.angle)
        x, y = x / self.scale, y / self.scale
        return [round(self.origin[0] + x * cos - y * sin, 1), round(self.origin[1] + x * sin + y * cos, 1)]


@dataclass(frozen=True, slots=True)
class Area:
    """A part of a page with edges. points: centres of its blocks, (n, 2). angle: across its stripes, in radians.

    striped: share of the edges that have this direction.
    """

    points: np.ndarray
    angle: float
    striped: float

    def level(self, grey: np.ndarray) -> Cut:
        """The upright rectangle around the area."""
        reach = _PIXELS // 2 + _LIMITS.margin
        x0, y0 = (max(0, int(each) - reach) for each in self.points.min(axis=0))
        x1, y1 = (int(each) + reach for each in self.points.max(axis=0))
        return Cut(np.ascontiguousarray(grey[y0:y1, x0:x1]), (float(x0), float(y0)))

    @property
    def may_be_striped(self) -> bool:
        """Whether it can hold a linear code or PDF417."""
        across, along = self._size()
        large = across >= _LIMITS.across and along >= _LIMITS.along and across * along <= _LIMITS.pixels
        return bool(large and self.striped >= _LIMITS.striped)

    @property
    def is_filled(self) -> bool:
        """Whether it is no frame or other thin thing."""
        return self._filled() >= _LIMITS.filled

    @property
    def is_like_pdf417(self) -> bool:
        """Whether it is a solid rectangle of the size that PDF417 has at least."""
        across, along = self._size()
        large = across >= _LIMITS.pdf417_across and along >= _LIMITS.pdf417_along
        return large and across * along <= _LIMITS.pdf417_pixels and self._filled() >= _LIMITS.solid

    @property
    def is_like_matrix(self) -> bool:
        """Whether it is a solid square, not too large to be turned."""
        across, along = sorted(self._size())
        return self._filled() >= _LIMITS.solid and 2 * across >= along and along <= _LIMITS.matrix

    def turned(self, grey: np.ndarray, degrees: float, scale: float) -> Cut:
        """The area with its stripes upright, turned by some degrees more."""
        angle = self.angle + math.radians(degrees)
        cos, sin = math.cos(angle), math.sin(angle)
        points, reach = self._turned(angle), _PIXELS / 2 + _LIMITS.margin
        x0, y0 = (float(each) - reach for each in points.min(axis=0))
        x1, y1 = (float(each) + reach for each in points.max(axis=0))
        origin = (x0 * cos - y0 * sin, x0 * sin + y0 * cos)
        size = (round((x1 - x0) * scale), round((y1 - y0) * scale))
        coefficients = (cos / scale, -sin / scale, origin[0], sin / scale, cos / scale, origin[1])
        # Linear interpolation is faster, and enough where it fits.
        cubic = degrees != 0 or scale != 1
        return Cut(transformed(grey, size, coefficients, cubic), origin, angle, scale)

    def _filled(self) -> float:
        across, along = self._size()
        return len(self.points) * _PIXELS**2 / (across * along)

    def _size(self) -> tuple[float, float]:
        across, along = np.ptp(self._turned(self.angle), axis=0) + _PIXELS
        return float(across), float(along)

    def _turned(self, angle: float) -> np.ndarray:
        cos, sin = math.cos(angle), math.sin(angle)
        return np.asarray(self.points @ np.array([[cos, -sin], [sin, cos]]))


def find_areas(grey: np.ndarray, text: Iterable[Sequence[Sequence[float]]] = ()) -> list[Area]:
    """Areas of a picture (H, W) uint8, the largest ones first. text: polygons of lines that were read."""
    if min(grey.shape) < 3 * _PIXELS:
        return []
    energy = _energy(grey)
    least = min(max(_LIMITS.energy, _LIMITS.noise * float(np.percentile(energy, 5))), _LIMITS.most_energy)
    dense = opened((energy > least) & ~covered(energy.shape, text))
    areas = _largest(dense, grey)
    thin = np.zeros_like(dense)
    for area in areas:
        if not area.is_filled:
            columns, rows = (area.points // _PIXELS).astype(int).T
            thin[rows, columns] = True
    # What is left of thin areas without their parts that are only two blocks wide.
    parts = [_area(part, grey) for part in connected(opened(thin, 3))]
    found = [area for area in areas if area.is_filled] + [area for area in parts if area.is_filled]
    return sorted(found, key=lambda area: -len(area.points))[: _LIMITS.areas]


def _largest(dense: np.ndarray, grey: np.ndarray) -> list[Area]:
    """The connected areas, the largest ones first, until there are as many filled ones as are searched."""
    areas: list[Area] = []
    filled = 0
    for part in sorted(connected(dense), key=len, reverse=True):
        areas.append(_area(part, grey))
        filled += areas[-1].is_filled
        if filled == _LIMITS.areas:
            break
    return areas


def rows_alike(picture: np.ndarray) -> bool:
    """Whether rows have many edges, and rows some pixels apart are alike: as in upright linear codes, rarely in text.

    picture: (h, w) uint8, with a margin.
    """
    margin = _LIMITS.margin
    core = picture[margin:-margin, margin:-margin].astype(np.float32)
    distance = min(_LIMITS.row_distance, len(core) // 2)
    rows, apart = core[::4], max(1, distance // 4)
    if len(rows) <= apart or core.shape[1] <= 4 * _LIMITS.shift:
        return False
    middle = core[len(core) // 2 - 2 : len(core) // 2 + 2].mean(axis=0)
    dark = middle < (middle.min() + middle.max()) / 2
    if np.count_nonzero(dark[1:] != dark[:-1]) < _LIMITS.edges:
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


def _energy(grey: np.ndarray) -> np.ndarray:
    """The mean squared difference of neighbouring pixels in each block: an array (H / 16, W / 16)."""
    rows, columns = (length // _PIXELS * _PIXELS for length in grey.shape)
    part = grey[:rows, :columns]
    start = part[::2, ::2].astype(np.float32)
    dx, dy = part[::2, 1::2] - start, part[1::2, ::2] - start
    shape = (rows // _PIXELS, _BLOCK, columns // _PIXELS, _BLOCK)
    dx, dy = dx.reshape(shape), dy.reshape(shape)
    return np.asarray(np.einsum("aibj,aibj->ab", dx, dx) + np.einsum("aibj,aibj->ab", dy, dy)) / _BLOCK**2


def _area(part: list[tuple[int, int]], grey: np.ndarray) -> Area:
    rows, columns = np.array(part).T
    (y0, x0), (y1, x1) = (rows.min(), columns.min()), (rows.max() + 1, columns.max() + 1)
    blocks = np.zeros((y1 - y0, x1 - x0), bool)
    blocks[rows - y0, columns - x0] = True
    angle, striped = _main_direction(grey[y0 * _PIXELS : y1 * _PIXELS, x0 * _PIXELS : x1 * _PIXELS], blocks)
    return Area((np.stack([columns, rows], axis=1) + 0.5) * _PIXELS, angle, striped)


def _main_direction(picture: np.ndarray, blocks: np.ndarray) -> tuple[float, float]:
    """The direction in radians in which most edges of the blocks agree, and their share of all edges.

    Single pixels show it better than blocks: the edges of PDF417 have two directions, and their mean is neither.
    """
    if picture.size > _LIMITS.pixels:
        return 0.0, 0.0
    step = max(1, round((picture.size / _SAMPLES) ** 0.5))
    rows, columns = slice(1, picture.shape[0] - 1, step), slice(1, picture.shape[1] - 1, step)
    dx = picture[rows, 2::step].astype(np.float32) - picture[rows, :-2:step]
    dy = picture[2::step, columns].astype(np.float32) - picture[:-2:step, columns]
    inside = blocks[
        np.arange(*rows.indices(rows.stop))[:, None] // _PIXELS, np.arange(*columns.indices(columns.stop)) // _PIXELS
    ]
    strong = inside & (dx * dx + dy * dy > _LIMITS.energy)
    dx, dy = dx[strong], dy[strong]
    # Doubled, because an edge has no sign.
    cos, sin = dx * dx - dy * dy, 2 * dx * dy
    weight, doubled = dx * dx + dy * dy, np.arctan2(sin, cos)
    bins = np.bincount(((doubled + math.pi) / (2 * math.pi) * _BINS).astype(int) % _BINS, weight, _BINS)
    around = np.concatenate([bins[-2:], bins, bins[:2]])
    peak = int(np.argmax(np.convolve(around, np.ones(5), "valid")))
    middle = (peak + 0.5) / _BINS * 2 * math.pi - math.pi
    turn = np.abs((doubled - middle + math.pi) % (2 * math.pi) - math.pi)
    near = turn < math.radians(2 * _LIMITS.turn)
    angle = math.atan2(float(sin[near].sum()), float(cos[near].sum())) / 2
    return angle, float(weight[near].sum() / max(float(weight.sum()), 1e-6))
