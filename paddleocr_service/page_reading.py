"""Read a page with a pipeline: turn it upright if necessary, and read each line in its own direction."""

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING, TypeAlias

from .arrays import Pixels
from .line_directions import read_standing_lines
from .orientation import Reader, recognize_upright, rotated
from .polygons import Polygon
from .results import Line

if TYPE_CHECKING:
    from .pipeline import Pipeline
    from .recognisers.inverted_marks import InvertedMarksPipeline
    from .recognisers.mixed import MixedPipeline
    from .recognisers.several import SeveralPipeline

    AnyPipeline: TypeAlias = Pipeline | MixedPipeline | SeveralPipeline | InvertedMarksPipeline


class TimedReader:
    """A pipeline with one set of options. ``seconds`` is the total duration of each stage: a page may take several
    runs."""

    def __init__(self, pipeline: "AnyPipeline", words: bool) -> None:
        self._pipeline = pipeline
        self._words = words
        self.seconds: Counter[str] = Counter()

    def recognize(self, image: Pixels) -> list[Line]:
        lines = self._pipeline.recognize(image, self._words)
        self.seconds.update(self._pipeline.seconds)
        return lines

    def read_lines(self, image: Pixels, polygons: Sequence[Polygon]) -> list[Line]:
        lines = self._pipeline.read_lines(image, polygons, self._words)
        self.seconds.update(self._pipeline.seconds)
        return lines


def read_page(reader: Reader, image: Pixels, turn: bool) -> tuple[list[Line], int]:
    """Return the lines of an image (H, W, 3), and the clockwise rotation in degrees that was applied.

    turn: turn the page upright. The polygons are in pixels of the turned image.
    """
    lines, rotation = recognize_upright(reader, image) if turn else (reader.recognize(image), 0)
    return read_standing_lines(reader, rotated(image, rotation) if rotation else image, lines), rotation
