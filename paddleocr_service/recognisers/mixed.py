"""A page whose lines are read by Tesseract, except lines in Latin letters and digits, which PP-OCR reads better."""

from __future__ import annotations

import math
import re
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from ..ink_rows import is_one_character
from ..line_crops import crop_along, is_standing
from ..orientation import reading_polygon
from ..polygons import Polygon, map_points, point_along
from ..results import Line, Word
from ..scripts import LATIN, RIGHT_TO_LEFT, script_of, script_of_character
from .doubtful_words import doubtful_places, with_words
from .interface import LineReader, LineText, WordReading

if TYPE_CHECKING:
    from ..arrays import Pixels
    from ..pipeline import Pipeline


_LEAST_SCORE = 0.4  # of the detector; 0.6, as for Latin letters, loses some Kannada lines
_MAX_SHARED = 0.2  # of the height of such a line that another line covers
_MIN_CONFIDENCE = 0.5  # of the reading of a line with a low score, which may be a picture
_CERTAIN_WORD = 0.95  # PP-OCR's confidence of a Latin word; words of other scripts are below 0.88
_LATIN_WORD = re.compile(r"[A-Za-z0-9]{2}")
_EDGES = re.compile(r"([.,:;!?-]*)(.*?)([.,:;!?-]*)", re.DOTALL)
_MAX_MISREAD = 0.2  # of the letters of a line in Latin letters, in the script of the language
_EXTRA_HEIGHT = 0.15  # by the height of a line, above and below


class MixedPipeline:
    """Same interface as ``Pipeline``: PP-OCR's detector, and two recognisers. Not thread-safe."""

    def __init__(self, latin: Pipeline, reader: LineReader, latin_script: bool = False) -> None:
        """latin: detects the lines, and reads those in Latin letters. reader: reads all other lines.

        latin_script: the language of ``reader`` is written in Latin letters, so that ``reader`` reads all lines.
        """
        self._latin = latin
        self._reader = reader
        self._latin_script = latin_script
        self.runtime = latin.runtime
        self.seconds: dict[str, float] = {}

    def recognize(self, image: Pixels, words: bool) -> list[Line]:
        """Return the lines of an RGB image (H, W, 3) in arbitrary order, with polygons in its pixels."""
        polygons = self._latin.detect(image)
        detect = self._latin.seconds["detect"]
        # Two lines that touch have a low score too: such a box must not replace them.
        sure = len(polygons)
        unsure = self._latin.detect(image, _LEAST_SCORE)
        polygons += [polygon for polygon in unsure if not any(_overlap(polygon, other) for other in polygons)]
        detect += self._latin.seconds["detect"]
        started = time.perf_counter()
        along = [along_text(polygon, image) for polygon in polygons]
        lines = self._read(image, along, words)
        self.seconds = {"detect": detect, "recognise": time.perf_counter() - started}
        placed = zip(lines, polygons, along, strict=True)
        return [
            from_corner(line, polygon, start)
            for number, (line, polygon, start) in enumerate(placed)
            if line.text and (number < sure or line.confidence >= _MIN_CONFIDENCE)
        ]

    def read_lines(self, image: Pixels, polygons: Sequence[Polygon], words: bool) -> list[Line]:
        """Return a line for each polygon of an RGB image (H, W, 3), without detection; see ``Pipeline``."""
        started = time.perf_counter()
        lines = self._read(image, polygons, words)
        self.seconds = {"recognise": time.perf_counter() - started}
        return lines

    def _read(self, image: Pixels, polygons: Sequence[Polygon], words: bool) -> list[Line]:
        """Return the line of each polygon, whose first corner is the start of the text."""
        crops = [crop_along(image, heightened(polygon))[..., ::-1] for polygon in polygons]
        texts = self._reader.read(crops, True)
        lines = [_line(text, polygon) for text, polygon in zip(texts, polygons, strict=True)]
        if not self._latin_script:
            lines = self._with_latin_words(image, lines)
        latin = [number for number, line in enumerate(lines) if self._is_latin(line.text)]
        if latin:
            read = self._latin.read_lines(image, [polygons[number] for number in latin], words)
            for number, line in zip(latin, read, strict=True):
                if line.confidence > lines[number].confidence:
                    lines[number] = line
        return lines if words else [replace(line, words=()) for line in lines]

    def _with_latin_words(self, image: Pixels, lines: Sequence[Line]) -> list[Line]:
        """Return lines whose doubtful words are read by PP-OCR if they are Latin words: the data of some languages has
        no Latin letters."""
        places = [(number, place) for number, line in enumerate(lines) for place in doubtful_places(line)]
        result = list(lines)
        read = self._latin.read_lines(image, [place.polygon for _, place in places], False) if places else []
        # From the end of a line, so that the numbers of the other words stay the same.
        for (number, place), latin in sorted(zip(places, read, strict=True), key=lambda one: -one[0][1].first):
            if latin.confidence >= _CERTAIN_WORD and _LATIN_WORD.search(latin.text) and latin.text.isascii():
                text = _from_right(latin.text) if script_of(lines[number].text) in RIGHT_TO_LEFT else latin.text
                result[number] = with_words(result[number], place, replace(latin, text=text))
        return result

    def _is_latin(self, text: str) -> bool:
        """Return whether a line is in Latin letters, or in none, except for a few misread signs."""
        scripts = Counter(filter(None, map(script_of_character, text)))
        return not self._latin_script and scripts.total() - scripts[LATIN] <= _MAX_MISREAD * scripts.total()


def _line(text: LineText, polygon: Polygon) -> Line:
    words = tuple(_word(word, polygon) for word in text.words)
    return Line(text.text, text.confidence, polygon, words)


def _word(word: WordReading, polygon: Polygon) -> Word:
    width, height = math.dist(polygon[0], polygon[1]), math.dist(polygon[0], polygon[3])
    start, end = word.start * width, word.end * width
    level = ((start, 0.0), (end, 0.0), (end, height), (start, height))
    return Word(word.text, word.confidence, map_points(level, point_along(polygon, width, height)))


def _from_right(text: str) -> str:
    """Return a Latin word of a line that runs from right to left: the full stop to its left is the end of it."""
    before, word, after = _EDGES.fullmatch(text).groups()  # type: ignore[union-attr]  # matches any text
    return f"{after}{word}{before}"


def _overlap(polygon: Polygon, other: Polygon) -> bool:
    """Return whether the boxes around two lines share more than a part of the margin of the first one."""
    (left, top, right, bottom), (x0, y0, x1, y1) = _box(polygon), _box(other)
    width, height = min(right, x1) - max(left, x0), min(bottom, y1) - max(top, y0)
    return width > 0 and height > _MAX_SHARED * (bottom - top)


def _box(polygon: Polygon) -> tuple[float, float, float, float]:
    xs, ys = zip(*polygon, strict=True)
    return min(xs), min(ys), max(xs), max(ys)


def along_text(polygon: Polygon, image: Pixels) -> Polygon:
    """Return the corners of a detected line, starting with the one at which its text starts."""
    if not is_standing(polygon) or is_one_character(crop_along(image, polygon)):
        return polygon
    return reading_polygon(polygon)


def heightened(polygon: Polygon) -> Polygon:
    """Return a line with some pixels more above and below: the detector cuts off marks and joined letters there."""
    (x0, y0), (x1, y1), (x2, y2), (x3, y3) = polygon
    dx, dy = _EXTRA_HEIGHT * (x3 - x0), _EXTRA_HEIGHT * (y3 - y0)
    return (x0 - dx, y0 - dy), (x1 - dx, y1 - dy), (x2 + dx, y2 + dy), (x3 + dx, y3 + dy)


def from_corner(line: Line, polygon: Polygon, start: Polygon) -> Line:
    """Return a line with the corners in the order of the detector, as ``Pipeline`` returns them."""
    if start == polygon:
        return line
    words = tuple(replace(word, polygon=_rotated(word.polygon)) for word in line.words)
    return replace(line, polygon=polygon, words=words)


def _rotated(polygon: Polygon) -> Polygon:
    first, second, third, fourth = polygon
    return fourth, first, second, third
