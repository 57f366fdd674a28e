"""Recognise rotated and skewed images, and measure accuracy and time."""

import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean, median

from bench.metrics import WordScore, character_error_rate, word_f1
from bench.orientation.drawn_pages import draw_pages
from paddleocr_service import OCREngine, Recognition, RecognizeOptions
from paddleocr_service.images import load_image
from paddleocr_service.orientation import rotated


@dataclass(frozen=True)
class RotationResult:
    """One rotated image with ``auto``, and with ``off``. cost: CPU time with ``auto`` divided by that with ``off``."""

    correct: bool
    f1: float
    f1_off: float
    error_rate: float
    error_rate_off: float
    cost: float


def measure_rotated(engine: OCREngine, path: Path, degrees: int, rounds: int = 1) -> RotationResult:
    """Rotate an image clockwise, then recognise it."""
    truth = path.with_suffix(".txt").read_text(encoding="utf-8")
    image = load_image(path)
    own_rotation = engine.recognize(image).orientation  # the file itself may be rotated
    image = rotated(image, degrees)
    costs = []
    for _ in range(rounds):
        seconds_off, off = _recognize(engine, image, "off")
        seconds_auto, auto = _recognize(engine, image, "auto")
        costs.append(seconds_auto / seconds_off)
    return RotationResult(
        (auto.orientation + degrees - own_rotation) % 360 == 0,
        word_f1(truth, auto.text),
        word_f1(truth, off.text),
        character_error_rate(truth, auto.text),
        character_error_rate(truth, off.text),
        median(costs),
    )


def _recognize(engine: OCREngine, image, orientation: str) -> tuple[float, Recognition]:
    """Return CPU seconds and result."""
    started = time.process_time()
    page = engine.recognize(image, RecognizeOptions(orientation=orientation))
    return time.process_time() - started, page


def measure_skewed(engine: OCREngine, images: Sequence[Path], degrees: float) -> tuple[float, float]:
    """Rotate the images clockwise by a few degrees. Return word F1 of all, and the mean character error rate."""
    words, rates = WordScore(), []
    for truth, image in _skewed(images, degrees):
        text = engine.recognize(image).text
        words.add(truth, text)
        rates.append(character_error_rate(truth, text))
    return words.f1, fmean(rates)


def measure_drawn(engine: OCREngine, pages_per_kind: int, degrees: int) -> str:
    """Rotate drawn pages clockwise and return how many were turned upright, and the words found in them, by kind.

    Pages whose text runs in several directions count only if they are not rotated.
    """
    import numpy as np

    pages, missed, recalls = 0, Counter[str](), []
    for page in draw_pages(range(pages_per_kind)):
        if not page.turnable and degrees:
            continue
        result = engine.recognize(rotated(np.asarray(page.image.convert("RGB")), degrees))
        pages += 1
        missed[page.kind] += (result.orientation + degrees) % 360 != 0
        found = Counter(page.words) & Counter(result.text.split())
        recalls.append(found.total() / len(page.words))
    kinds = ", ".join(f"{kind} {count}" for kind, count in missed.items() if count) or "none"
    right = pages - missed.total()
    return f"drawn   {degrees:3}  upright {right} of {pages}   recall {fmean(recalls):.4f}   not upright: {kinds}"


def _skewed(images: Sequence[Path], degrees: float) -> Iterator[tuple[str, object]]:
    """Yield the expected text and the pixels of each image, with new corners in its background colour."""
    import numpy as np
    from PIL import Image

    for path in images:
        pixels = load_image(path)
        background = tuple(int(value) for value in np.median(pixels[::8, ::8].reshape(-1, 3), axis=0))
        image = Image.fromarray(pixels).rotate(-degrees, Image.Resampling.BICUBIC, expand=True, fillcolor=background)
        yield path.with_suffix(".txt").read_text(encoding="utf-8"), np.asarray(image)
