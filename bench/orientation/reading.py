"""Pictures read lying and tilted, and how well that went."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean, median

from bench.metrics import WordScore, character_error_rate, word_f1
from paddleocr_service import OCREngine, RecognizeOptions
from paddleocr_service.images import load_image
from paddleocr_service.orientation import turned


@dataclass(frozen=True)
class Reading:
    """One picture, lying: with ``auto`` and with ``off``. cost: seconds of the former by those of the latter."""

    right: bool
    f1: float
    f1_off: float
    error_rate: float
    error_rate_off: float
    cost: float


def read_lying(engine: OCREngine, path: Path, degrees: int, rounds: int = 1) -> Reading:
    """A picture, turned clockwise by so many degrees before it is read."""
    truth = path.with_suffix(".txt").read_text(encoding="utf-8")
    pixels = load_image(path)
    own = engine.recognize(pixels).orientation  # it may lie by itself
    pixels = turned(pixels, degrees)
    costs = []
    for _ in range(rounds):
        left, off = _timed(engine, pixels, "off")
        taken, auto = _timed(engine, pixels, "auto")
        costs.append(taken / left)
    return Reading(
        (auto.orientation + degrees - own) % 360 == 0,
        word_f1(truth, auto.text),
        word_f1(truth, off.text),
        character_error_rate(truth, auto.text),
        character_error_rate(truth, off.text),
        median(costs),
    )


def _timed(engine: OCREngine, pixels, orientation: str):
    started = time.process_time()
    page = engine.recognize(pixels, RecognizeOptions(orientation=orientation))
    return time.process_time() - started, page


def read_tilted(engine: OCREngine, found: Sequence[Path], degrees: float) -> tuple[float, float]:
    """(word F1 of all, mean character error rate) of pictures tilted clockwise by so many degrees."""
    words, rates = WordScore(), []
    for truth, pixels in _tilted(found, degrees):
        text = engine.recognize(pixels).text
        words.add(truth, text)
        rates.append(character_error_rate(truth, text))
    return words.f1, fmean(rates)


def _tilted(found: Sequence[Path], degrees: float) -> Iterator[tuple[str, object]]:
    """Truth and pixels of each picture, tilted clockwise on paper of its own colour."""
    import numpy as np
    from PIL import Image

    for path in found:
        pixels = load_image(path)
        paper = tuple(int(value) for value in np.median(pixels[::8, ::8].reshape(-1, 3), axis=0))
        image = Image.fromarray(pixels).rotate(-degrees, Image.Resampling.BICUBIC, expand=True, fillcolor=paper)
        yield path.with_suffix(".txt").read_text(encoding="utf-8"), np.asarray(image)
