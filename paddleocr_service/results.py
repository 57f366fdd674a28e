"""Input options and results of the engine: immutable values shared by the real engine and the null engine."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from .polygons import Point, Polygon, map_points
from .scripts import script_name

AUTO, OFF = "auto", "off"
ORIENTATIONS = (AUTO, OFF)
GEOMETRY = "geometry"
LAYOUTS = (AUTO, GEOMETRY, OFF)

PARAGRAPH, TABLE, TITLE, HEADING, LIST_ITEM = "paragraph", "table", "title", "heading", "list_item"
FIGURE, CAPTION, FORMULA, FOOTNOTE, SIDE_NOTE = "figure", "caption", "formula", "footnote", "side_note"
PAGE_HEADER, PAGE_FOOTER, PAGE_NUMBER = "page_header", "page_footer", "page_number"
#: Kinds of blocks.
BLOCK_KINDS = (
    TITLE, HEADING, PARAGRAPH, LIST_ITEM, TABLE, FIGURE, CAPTION, PAGE_HEADER, PAGE_FOOTER, PAGE_NUMBER, FOOTNOTE,
    SIDE_NOTE, FORMULA,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Word:
    """Characters between two spaces. ``confidence`` is that of the line: the recogniser scores whole lines."""

    text: str
    confidence: float
    polygon: Polygon


@dataclass(frozen=True, slots=True)
class Line:
    """One line of text. ``confidence`` is in 0..1. ``words`` is empty unless words were requested."""

    text: str
    confidence: float
    polygon: Polygon
    words: tuple[Word, ...] = ()

    @property
    def script(self) -> str | None:
        """Unicode's name of the script of most letters, such as ``Devanagari``; None for a line without letters."""
        return script_name(self.text)

    def transformed(self, transform: Callable[[Point], Point]) -> Line:
        """Apply ``transform`` to the corners of the line and its words."""
        words = tuple(replace(word, polygon=map_points(word.polygon, transform)) for word in self.words)
        return replace(self, polygon=map_points(self.polygon, transform), words=words)

    def scaled(self, factor: float) -> Line:
        """Return the line on an image ``factor`` times as large, to a tenth of a pixel."""
        return self.transformed(lambda point: (round(point[0] * factor, 1), round(point[1] * factor, 1)))


@dataclass(frozen=True, slots=True)
class EngineInfo:
    """Library name, inference runtime and model names (detector first, then recognisers)."""

    name: str
    runtime: str
    models: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RecognizeOptions:
    """Options of one call.

    lang: language code; None uses the engine's default.
    words: also return a polygon for each word of a line.
    orientation: "auto" turns pages upright that are rotated by 90, 180 or 270 degrees; "off" does not.
    layout: how the structure of the page is found: by models and geometry ("auto"), by "geometry" alone, or not at all.

    Raises ValueError for an unknown orientation or layout.
    """

    lang: str | None = None
    words: bool = False
    orientation: str = AUTO
    layout: str = AUTO

    def __post_init__(self) -> None:
        if self.layout not in LAYOUTS:
            raise ValueError(f"layout must be one of {', '.join(LAYOUTS)}, not {self.layout!r}")
        if self.orientation not in ORIENTATIONS:
            raise ValueError(f"orientation must be one of {', '.join(ORIENTATIONS)}, not {self.orientation!r}")


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell of a table, with the row and the column of its top left corner, from 0.

    bbox: x0, y0, x1, y1 in pixels of the image as recognised.
    lines: positions of its lines among the lines of the block.
    """

    row: int
    column: int
    bbox: tuple[float, float, float, float]
    text: str = ""
    rowspan: int = 1
    colspan: int = 1
    is_header: bool = False
    lines: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Block:
    """A region of a page: a paragraph, a table, a figure or another of ``BLOCK_KINDS``.

    rows: visual rows from top to bottom, each with its lines in reading order. Table cells that span several lines
    share one row, cell by cell. A figure may have none.
    bbox: x0, y0, x1, y1 in pixels of the image as recognised.
    confidence: how certain the kind is, in 0..1.
    level: of a heading, 1 to 6.
    marker: of a list item, its bullet or number as printed.
    cells: of a table, row by row. Empty if only its rows are known.
    continued: a table that continues the last one of the page before.
    joined: the text with its lines joined and hyphenation undone; empty if each row stays a line of its own.
    """

    kind: str
    rows: tuple[tuple[Line, ...], ...]
    bbox: tuple[float, float, float, float]
    confidence: float = 1.0
    level: int | None = None
    marker: str | None = None
    cells: tuple[Cell, ...] = ()
    continued: bool = False
    joined: str = ""

    @property
    def lines(self) -> tuple[Line, ...]:
        return tuple([line for row in self.rows for line in row])

    @property
    def text(self) -> str:
        """The joined text, or that of the rows."""
        return self.joined or self.row_text

    @property
    def row_text(self) -> str:
        """One text line per row; the lines of a row are joined by a space."""
        rows = [row[0].text if len(row) == 1 else " ".join([line.text for line in row]) for row in self.rows]
        return "\n".join(rows)


@dataclass(frozen=True, slots=True)
class Recognition:
    """The text of one image.

    width, height: pixels of the image as recognised (upright); all polygons use these coordinates.
    lines: all lines in reading order. blocks: the same lines grouped into regions, such as paragraphs and tables.
    text: one text line per row, with an empty line between blocks.
    lang: canonical code of the language used (``de`` for ``german``); of several or ``auto``, those that were found
    (``en+hi``).
    orientation: degrees (0, 90, 180, 270) by which the input image was rotated clockwise to make it upright.
    seconds: duration of each stage (``detect``, ``recognise``); ignored when results are compared.
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
