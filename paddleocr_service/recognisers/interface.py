"""The interface of line recognisers."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from ..arrays import Pixels


@dataclass(frozen=True, slots=True)
class WordReading:
    """A word of a line. start, end: of its box, as shares of the line's width in 0..1."""

    text: str
    confidence: float
    start: float
    end: float


@dataclass(frozen=True, slots=True)
class LineText:
    """The text of a line in logical order. confidence: 0..1. words: empty unless requested."""

    text: str
    confidence: float
    words: tuple[WordReading, ...] = ()


class LineReader(Protocol):
    """Reads cropped lines. Not thread-safe."""

    def read(self, lines: Sequence[Pixels], words: bool) -> list[LineText]:
        """Return the text of each line: arrays (h, w, 3) uint8 BGR, text horizontal."""
