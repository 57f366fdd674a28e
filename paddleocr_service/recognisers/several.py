"""A page in several languages: PP-OCR reads all lines, other recognisers read those that it doubts.

PP-OCR's recogniser reads text in another script as Latin letters with low confidence, or as nothing: at most 0.70 for
Hindi and Hebrew, 0.66 for Arabic; but half of the Russian lines are above 0.89. Lines of the right script have 0.985.
If the languages are not given, some doubtful lines are read by every installed recogniser, and the best ones read the
other doubtful lines as well.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from ..polygons import Polygon
from ..results import Line
from ..scripts import LATIN, script_of
from .mixed import along_text, from_corner

if TYPE_CHECKING:
    from ..arrays import Pixels
    from ..pipeline import Pipeline

_CERTAIN = 0.967  # PP-OCR's confidence of a line that no other recogniser reads
_DOUBTFUL = 0.9  # PP-OCR's confidence of a line that may be in another script
_MIN_CONFIDENCE = 0.7  # of the reading of a sample that shows its language
_SAMPLE = 3  # lines
_MIN_ASPECT = 3.0  # longer by shorter side of a line that is long enough to show its language
_ROUNDS = 3  # a page has at most so many scripts besides Latin
#: PP-OCR is more confident than Tesseract: its doubt counts as much as three times that of Tesseract.
_DOUBT = 3.0


class LinePipeline(Protocol):
    """Reads lines of a page: ``Pipeline`` or ``MixedPipeline``."""

    def read_lines(self, image: Pixels, polygons: Sequence[Polygon], words: bool) -> list[Line]: ...


@dataclass
class Candidate:
    """A recogniser of a language, loaded when it is first needed. by_pp_ocr: its confidence is PP-OCR's."""

    lang: str
    load: Callable[[], LinePipeline]
    by_pp_ocr: bool = False
    _pipeline: LinePipeline | None = field(default=None, init=False)

    def read(self, image: Pixels, polygons: Sequence[Polygon], words: bool) -> list[Line]:
        self._pipeline = self._pipeline or self.load()
        return self._pipeline.read_lines(image, polygons, words)

    def score(self, line: Line) -> float:
        return _pp_ocr_score(line) if self.by_pp_ocr else line.confidence


class SeveralPipeline:
    """Same interface as ``Pipeline``. Not thread-safe."""

    def __init__(self, first: Pipeline, candidates: Sequence[Candidate], choose: bool) -> None:
        """choose: the languages are not known; only those of which samples are found read the page."""
        self._first = first
        self._candidates = candidates
        self._choose = choose
        self.runtime = first.runtime
        self.seconds: dict[str, float] = {}

    def recognize(self, image: Pixels, words: bool) -> list[Line]:
        """Return the lines of an RGB image (H, W, 3) in arbitrary order, with polygons in its pixels."""
        lines = self._first.recognize(image, words, keep_empty=True)
        seconds = self._first.seconds
        started = time.perf_counter()
        polygons = [line.polygon for line in lines]
        along = [along_text(polygon, image) for polygon in polygons]
        better = self._improve(image, lines, along, words)
        for number, line in better.items():
            lines[number] = from_corner(line, polygons[number], along[number])
        self.seconds = {**seconds, "recognise": seconds["recognise"] + time.perf_counter() - started}
        return [line for line in lines if line.text]

    def read_lines(self, image: Pixels, polygons: Sequence[Polygon], words: bool) -> list[Line]:
        """Return a line for each polygon of an RGB image (H, W, 3), without detection; see ``Pipeline``."""
        started = time.perf_counter()
        lines = self._first.read_lines(image, polygons, words)
        better = self._improve(image, lines, polygons, words)
        self.seconds = {"recognise": time.perf_counter() - started}
        return [better.get(number, line) for number, line in enumerate(lines)]

    def _improve(
        self, image: Pixels, lines: Sequence[Line], polygons: Sequence[Polygon], words: bool
    ) -> dict[int, Line]:
        """Return the lines that another recogniser reads better, by their number. polygons: along the text."""
        scores = [_pp_ocr_score(line) for line in lines]
        uncertain = [number for number, line in enumerate(lines) if line.confidence < _CERTAIN or not line.text]
        better: dict[int, Line] = {}
        for candidate in self._chosen(image, lines, polygons, better):
            read = candidate.read(image, [polygons[number] for number in uncertain], words) if uncertain else []
            for number, line in zip(uncertain, read, strict=False):
                if candidate.score(line) > scores[number] and line.text:
                    scores[number], better[number] = candidate.score(line), line
        return better

    def _chosen(
        self, image: Pixels, lines: Sequence[Line], polygons: Sequence[Polygon], better: dict[int, Line]
    ) -> Iterator[Candidate]:
        """Yield the recognisers that read the page. better: the lines that those yielded so far have read."""
        if not self._choose:
            yield from self._candidates
            return
        chosen: list[Candidate] = []
        for _ in range(_ROUNDS):
            sample = [number for number in _doubtful(lines) if number not in better][:_SAMPLE]
            others = [candidate for candidate in self._candidates if candidate not in chosen]
            best = self._best(image, lines, [(number, polygons[number]) for number in sample], others)
            if not best:
                return
            chosen += best
            yield from best

    def _best(
        self,
        image: Pixels,
        lines: Sequence[Line],
        sample: Sequence[tuple[int, Polygon]],
        candidates: Sequence[Candidate],
    ) -> list[Candidate]:
        """Return the recognisers that read a line of the sample better than all others."""
        winners: dict[int, tuple[float, Candidate]] = {}
        for candidate in candidates if sample else ():
            read = candidate.read(image, [polygon for _, polygon in sample], False)
            for (number, _), line in zip(sample, read, strict=True):
                least = max(_MIN_CONFIDENCE, _pp_ocr_score(lines[number]), winners.get(number, (0.0, candidate))[0])
                if candidate.score(line) > least and script_of(line.text) not in ("", LATIN):
                    winners[number] = candidate.score(line), candidate
        return list({id(candidate): candidate for _, candidate in winners.values()}.values())


def _pp_ocr_score(line: Line) -> float:
    return 1 - _DOUBT * (1 - line.confidence) if line.text else 0.0


def _doubtful(lines: Sequence[Line]) -> list[int]:
    """Return the numbers of the lines that may be in another script, the longest ones first."""
    doubtful = [number for number, line in enumerate(lines) if line.confidence < _DOUBTFUL or not line.text]
    wide = [number for number in doubtful if _length(lines[number].polygon) >= _MIN_ASPECT]
    return sorted(wide, key=lambda number: -_length(lines[number].polygon))


def _length(polygon: Polygon) -> float:
    longer, shorter = sorted((math.dist(polygon[0], polygon[1]), math.dist(polygon[1], polygon[2])), reverse=True)
    return longer / max(shorter, 1.0)
