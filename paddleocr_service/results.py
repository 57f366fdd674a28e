"""What the engine takes and gives: frozen values, shared by the real engine and the null engine."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

AUTO, OFF = "auto", "off"
ORIENTATIONS = (AUTO, OFF)

Point = tuple[float, float]
Polygon = tuple[Point, Point, Point, Point]
"""Four corners (x, y), clockwise from the text's top left, in pixels of the picture as it was read: righted, where it
lay on its side or upside down."""


@dataclass(frozen=True, slots=True)
class Word:
    """A run of characters without a space. ``confidence`` is that of its line: the recogniser scores lines."""

    text: str
    confidence: float
    polygon: Polygon

    def scaled(self, factor: float) -> Word:
        """The same word on a picture ``factor`` times as large."""
        return replace(self, polygon=_scaled(self.polygon, factor))


@dataclass(frozen=True, slots=True)
class Line:
    """One line of text. ``confidence`` in 0..1; ``words`` only where they were asked for."""

    text: str
    confidence: float
    polygon: Polygon
    words: tuple[Word, ...] = ()

    def scaled(self, factor: float) -> Line:
        """The same line on a picture ``factor`` times as large."""
        words = tuple(word.scaled(factor) for word in self.words)
        return replace(self, polygon=_scaled(self.polygon, factor), words=words)


def _scaled(polygon: Polygon, factor: float) -> Polygon:
    return tuple((round(x * factor, 1), round(y * factor, 1)) for x, y in polygon)


@dataclass(frozen=True, slots=True)
class EngineInfo:
    """Who read the picture: library, runtime of its networks, names of its models (detector, recogniser)."""

    name: str
    runtime: str
    models: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RecognizeOptions:
    """What one call may choose. Immutable, so that one call's choice never leaks into the next.

    lang: language code; None is the engine's own default.
    words: also give a polygon for each word of a line.
    orientation: "auto" rights pages that lie on their side or upside down, "off" reads them as they lie.

    Raises ValueError for another orientation.
    """

    lang: str | None = None
    words: bool = False
    orientation: str = AUTO

    def __post_init__(self) -> None:
        if self.orientation not in ORIENTATIONS:
            raise ValueError(f"orientation is one of {', '.join(ORIENTATIONS)}, not {self.orientation!r}")


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph, or the rows of a table, in reading order.

    kind: "table" where most rows have several lines beside each other, else "text".
    rows: visual rows from the top down, each with its lines in the order they are read; where cells have several lines,
    they are one row, cell by cell.
    bbox: x0, y0, x1, y1 in pixels of the picture as it was read.
    """

    kind: str
    rows: tuple[tuple[Line, ...], ...]
    bbox: tuple[float, float, float, float]

    @property
    def lines(self) -> tuple[Line, ...]:
        return tuple(line for row in self.rows for line in row)

    @property
    def text(self) -> str:
        """Rows on lines of their own, the lines of a row joined by a space."""
        return "\n".join([" ".join([line.text for line in row]) for row in self.rows])


@dataclass(frozen=True, slots=True)
class Recognition:
    """The text of one picture: ``lines`` in reading order; ``text`` with a line break between rows and an empty line
    between blocks; ``blocks`` holds the same lines by paragraph and table.

    width, height: pixels of the picture as it was read; all polygons are in these.
    lang: the language the picture was read in, in the engine's own code (``de`` for ``german``).
    orientation: degrees (0, 90, 180, 270) by which the picture given was turned clockwise before it was read.
    seconds: how long each stage took, by its name (``detect``, ``recognise``); not a part of what was read.
    """

    width: int
    height: int
    lines: tuple[Line, ...]
    text: str
    lang: str
    engine: EngineInfo
    blocks: tuple[Block, ...] = ()
    orientation: int = 0
    seconds: Mapping[str, float] = field(default_factory=dict, compare=False)
