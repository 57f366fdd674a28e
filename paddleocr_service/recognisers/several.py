"""A page in several languages: PP-OCR reads all lines, other recognisers read those that it doubts.

PP-OCR's recogniser of Latin letters reads text in another script as Latin letters with low confidence, as a few signs,
or as nothing: at most 0.70 for Hindi and Hebrew, 0.66 for Arabic; but half of the Russian lines are above 0.89. Lines
of the right script have 0.985. If the languages are not given, a classifier finds the scripts that are most probable
for the doubtful lines together. Their recognisers read a sample, and those that read it best the other doubtful lines.
"""

from __future__ import annotations

import math
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Protocol

from ..line_crops import crop_along
from ..polygons import Polygon
from ..results import Line
from ..scripts import LATIN, script_of, script_of_character
from .mixed import along_text, from_corner, heightened

if TYPE_CHECKING:
    from ..arrays import Pixels
    from ..pipeline import Pipeline

_CERTAIN = 0.967  # PP-OCR's confidence of a line that no other recogniser reads
_DOUBTFUL = 0.9  # the same, of a line that may be in another script
_MIN_ASPECT = 3.0  # longer by shorter side of a line that is long enough to show its script
_MIN_SIGNS = 0.5  # signs of a line by its longer by shorter side; Latin letters have 2, Chinese characters 1
_CLASSIFIED = 8  # lines of a page that show whether it has other scripts
_FOREIGN = 0.2  # probability of Latin letters in a line that is in another script
_PROBABLE = 0.5  # the same, in a line that is in Latin letters if PP-OCR is nearly certain of it
_GUESSES = 5  # recognisers that read the sample: the classifier finds the right one among them
_SAMPLE = 3  # lines
_MIN_OF_SAMPLE = 0.7  # confidence of the reading of a line of the sample
_MIN_CONFIDENCE = 0.6  # of the readings of other lines
_MIN_LETTERS = 3  # in its script, of a line of the sample
_ROUNDS = 3  # a page has at most so many scripts besides Latin
#: PP-OCR is more confident than Tesseract: its doubt counts as much as three times that of Tesseract.
_DOUBT = 3.0


class LinePipeline(Protocol):
    """Reads lines of a page: ``Pipeline`` or ``MixedPipeline``."""

    def read_lines(self, image: Pixels, polygons: Sequence[Polygon], words: bool) -> list[Line]: ...


class Classifier(Protocol):
    def probabilities(self, line: Pixels) -> dict[str, float]: ...


@dataclass
class Candidate:
    """A recogniser of a language, loaded when it is first needed. by_pp_ocr: its confidence is PP-OCR's.

    scripts: those that it reads.
    """

    lang: str
    load: Callable[[], LinePipeline]
    scripts: tuple[str, ...]
    by_pp_ocr: bool = False
    _pipeline: LinePipeline | None = field(default=None, init=False)

    def read(self, image: Pixels, polygons: Sequence[Polygon], words: bool) -> list[Line]:
        self._pipeline = self._pipeline or self.load()
        return self._pipeline.read_lines(image, polygons, words)

    def score(self, line: Line) -> float:
        return _pp_ocr_score(line) if self.by_pp_ocr else line.confidence

    def has_letters(self, line: Line) -> bool:
        """Return whether a line shows that its script is one of this recogniser."""
        letters = sum(script_of_character(sign) in self.scripts for sign in line.text)
        return letters >= _MIN_LETTERS and script_of(line.text) in self.scripts


class SeveralPipeline:
    """Same interface as ``Pipeline``. Not thread-safe."""

    def __init__(self, first: Pipeline, candidates: Sequence[Candidate], classifier: Classifier | None = None) -> None:
        """classifier: the languages are not known, and it finds the scripts of lines. Otherwise all candidates read
        each doubtful line."""
        self._first = first
        self._candidates = candidates
        self._classifier = classifier
        self.runtime = first.runtime
        self.seconds: dict[str, float] = {}

    def recognize(self, image: Pixels, words: bool) -> list[Line]:
        """Return the lines of an RGB image (H, W, 3) in arbitrary order, with polygons in its pixels."""
        lines = self._first.recognize(image, words, keep_empty=True)
        seconds = self._first.seconds
        started = time.perf_counter()
        polygons = [line.polygon for line in lines]
        along = [along_text(polygon, image) for polygon in polygons]
        for number, line in self._improve(image, lines, along, words).items():
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
        page = _Page(image, lines, polygons, words)
        if self._classifier is None:
            for candidate in self._candidates:
                page.read(candidate, page.doubtful(_CERTAIN))
        else:
            classifier = self._classifier
            self._read_by_script(page, cache(lambda number: classifier.probabilities(page.crop(number))))
        return page.better

    def _read_by_script(self, page: _Page, odds_of: Callable[[int], dict[str, float]]) -> None:
        """Find the scripts of the page, and read the doubtful lines by their recognisers."""
        for _ in range(_ROUNDS):
            wide = [number for number in page.doubtful(_DOUBTFUL) if number not in page.better and page.is_wide(number)]
            longest = sorted(wide, key=lambda number: -_length(page.polygons[number]))[:_CLASSIFIED]
            foreign = [number for number in longest if page.lacks_signs(number) or odds_of(number)[LATIN] < _FOREIGN]
            candidates = self._most_probable([odds_of(number) for number in foreign])
            found = page.best_of(candidates, foreign[:_SAMPLE])
            if not found:
                return
            rest = [number for number in page.doubtful(_CERTAIN) if page.may_be_foreign(number, odds_of)]
            for candidate in found:
                page.read(candidate, rest, _MIN_CONFIDENCE)

    def _most_probable(self, lines: Sequence[dict[str, float]]) -> list[Candidate]:
        """Return the recognisers of the scripts that are most probable for lines together."""
        total: Counter[str] = Counter()
        for odds in lines:
            total.update(odds)
        scripts = [script for script, _ in total.most_common() if script != LATIN]
        found = [next((one for one in self._candidates if script in one.scripts), None) for script in scripts]
        return [candidate for candidate in found if candidate][:_GUESSES]


@dataclass
class _Page:
    """The lines of a page. better: lines that another recogniser has read better than PP-OCR, by their number."""

    image: Pixels
    lines: Sequence[Line]
    polygons: Sequence[Polygon]
    words: bool
    better: dict[int, Line] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        self._scores = [
            0.0 if self.lacks_signs(number) else _pp_ocr_score(line) for number, line in enumerate(self.lines)
        ]

    def doubtful(self, certain: float) -> list[int]:
        """Return the numbers of the lines that may be wrong."""
        return [
            number for number, line in enumerate(self.lines) if line.confidence < certain or self.lacks_signs(number)
        ]

    def may_be_foreign(self, number: int, odds_of: Callable[[int], dict[str, float]]) -> bool:
        """Return whether a line may be in another script: Latin letters that are nearly certain must look like it."""
        return (
            self.lacks_signs(number) or self.lines[number].confidence < _DOUBTFUL or odds_of(number)[LATIN] < _PROBABLE
        )

    def lacks_signs(self, number: int) -> bool:
        """Return whether a line has too few signs for its length, as if most of it was read as nothing."""
        signs = sum(not sign.isspace() for sign in self.lines[number].text)
        return signs < _MIN_SIGNS * _aspect(self.polygons[number])

    def crop(self, number: int) -> Pixels:
        return crop_along(self.image, heightened(self.polygons[number]))[..., ::-1]

    def is_wide(self, number: int) -> bool:
        """Return whether a line is long enough to show its script."""
        return _aspect(self.polygons[number]) >= _MIN_ASPECT

    def best_of(self, candidates: Sequence[Candidate], numbers: Sequence[int]) -> list[Candidate]:
        """Return the recognisers that read some lines better than all others and than PP-OCR."""
        winners: dict[int, tuple[float, Candidate]] = {}
        for candidate in candidates if numbers else ():
            read = candidate.read(self.image, [self.polygons[number] for number in numbers], False)
            for number, line in zip(numbers, read, strict=True):
                best = max(_MIN_OF_SAMPLE, self._scores[number], winners.get(number, (0.0, candidate))[0])
                if candidate.score(line) > best and candidate.has_letters(line):
                    winners[number] = candidate.score(line), candidate
        return list({id(candidate): candidate for _, candidate in winners.values()}.values())

    def read(self, candidate: Candidate, numbers: Sequence[int], least: float = 0.0) -> None:
        """Read lines. Readings replace others if they are better.

        least: confidence. With it, lines must be in one of the scripts of the candidate.
        """
        read = candidate.read(self.image, [self.polygons[number] for number in numbers], self.words) if numbers else []
        for number, line in zip(numbers, read, strict=True):
            score = candidate.score(line)
            fits = not least or (score >= least and script_of(line.text) in candidate.scripts)
            if fits and line.text and score > self._scores[number]:
                self._scores[number], self.better[number] = score, line


def _pp_ocr_score(line: Line) -> float:
    return 1 - _DOUBT * (1 - line.confidence) if line.text else 0.0


def _aspect(polygon: Polygon) -> float:
    """Return the longer by the shorter side."""
    return _length(polygon) / max(1.0, min(_sides(polygon)))


def _length(polygon: Polygon) -> float:
    return max(_sides(polygon))


def _sides(polygon: Polygon) -> tuple[float, float]:
    return math.dist(polygon[0], polygon[1]), math.dist(polygon[1], polygon[2])
