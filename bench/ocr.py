"""Recognise a folder of images and measure speed and accuracy."""

import resource
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean, median

from bench.metrics import WordScore, character_error_rate

SAMPLE = Path(__file__).resolve().parents[2] / "shared" / "data" / "receipts"
SUFFIXES = {".jpg", ".jpeg", ".png", ".tif", ".tiff", ".bmp", ".webp", ".gif"}


@dataclass(frozen=True)
class Score:
    """seconds: median wall time per image; cpu_seconds: mean CPU time per image; f1, cer: 0..1."""

    images: int
    seconds: float
    cpu_seconds: float
    f1: float
    cer: float
    peak_mb: int


def find_images(folder: Path, pattern: str = "*") -> list[Path]:
    """Return the images that have a ``.txt`` file of the same name, sorted by name."""
    return sorted(
        path for path in folder.glob(pattern) if path.suffix.lower() in SUFFIXES and path.with_suffix(".txt").is_file()
    )


def measure(engine, images: Sequence[Path], report: Callable[[str, float, float, float], None] | None = None) -> Score:
    """Recognise each image once. ``report`` is called with name, seconds, word F1 and character error rate."""
    words, rates, seconds = WordScore(), [], []
    cpu = 0.0
    for path in images:
        truth = path.with_suffix(".txt").read_text(encoding="utf-8")
        started, cpu_started = time.perf_counter(), time.process_time()
        text = engine.recognize(path).text
        seconds.append(time.perf_counter() - started)
        cpu += time.process_time() - cpu_started
        rates.append(character_error_rate(truth, text))
        f1 = words.add(truth, text)
        if report:
            report(path.name, seconds[-1], f1, rates[-1])
    return Score(len(images), median(seconds), cpu / len(images), words.f1, fmean(rates), peak_mb())


def peak_mb() -> int:
    """Return the peak memory of this process in MB."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak >> 20 if sys.platform == "darwin" else peak >> 10
