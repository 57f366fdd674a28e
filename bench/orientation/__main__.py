"""``python -m bench orientation [FOLDER]``: gain and cost of turning rotated pages upright.

Each image with a .txt file is recognised at each rotation, with ``orientation=auto`` and ``off`` in turn. ``--skew``
adds the accuracy on images that are rotated by a few degrees. Costs are ratios of CPU time for the same image.
``--drawn`` adds drawn pages of digits, charts, forms and sketches (see ``drawn_pages.py``).
"""

import argparse
import sys
from pathlib import Path
from statistics import fmean, median

from bench.machine import describe
from bench.ocr import find_images
from bench.orientation.measure import RotationResult, measure_drawn, measure_rotated, measure_skewed
from paddleocr_service import EngineError, OCREngine
from paddleocr_service.official_models import FAMILIES
from paddleocr_service.runtimes import RUNTIMES

SAMPLE = Path(__file__).resolve().parents[3] / "shared" / "data" / "rotated"
ROTATIONS = (0, 90, 180, 270)


def main(arguments: list[str] | None = None) -> int:
    options = _parser().parse_args(arguments)
    images = find_images(options.folder)[: options.limit]
    if not images:
        print(f"No image with a .txt file found in {options.folder}.", file=sys.stderr)
        return 2
    try:
        engine = OCREngine(model=options.model, runtime=options.runtime, threads=options.threads, lang=options.lang)
        engine.warm_up()
        print(f"machine   {describe()}")
        print(f"images    {len(images)} of {options.folder}", flush=True)
        for degrees in ROTATIONS:
            results = [measure_rotated(engine, path, degrees, options.rounds) for path in images]
            print(_format(degrees, results), flush=True)
        for degrees in options.skew:
            f1, errors = measure_skewed(engine, images, degrees)
            print(f"skew {degrees:6.1f}  words {f1:.4f}   errors {errors:.4f}", flush=True)
        for degrees in ROTATIONS if options.drawn else ():
            print(measure_drawn(engine, options.drawn, degrees), flush=True)
    except EngineError as error:
        print(error.message, file=sys.stderr)
        return 1
    return 0


def _format(degrees: int, results: list[RotationResult]) -> str:
    return (
        f"rotated {degrees:3}  upright {sum(result.correct for result in results)} of {len(results)}"
        f"   words {fmean(result.f1 for result in results):.4f} (lowest {min(result.f1 for result in results):.3f},"
        f" off {fmean(result.f1_off for result in results):.4f})"
        f"   errors {fmean(result.error_rate for result in results):.4f}"
        f" (off {fmean(result.error_rate_off for result in results):.4f})"
        f"   time {median(result.cost for result in results):.3f} of off"
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m bench orientation", description="Measure gain and cost of turning rotated pages upright."
    )
    parser.add_argument("folder", nargs="?", type=Path, default=SAMPLE, help="images, each with a .txt file")
    parser.add_argument("--skew", type=float, nargs="*", default=[], help="also rotate the images by these degrees")
    parser.add_argument("--drawn", type=int, default=0, help="drawn pages of each kind")
    parser.add_argument("--rounds", type=int, default=1, help="number of measurements per image")
    parser.add_argument("--runtime", choices=RUNTIMES, default="auto")
    parser.add_argument("--model", choices=FAMILIES, default=FAMILIES[0])
    parser.add_argument("--lang", default="en")
    parser.add_argument("--threads", type=int)
    parser.add_argument("--limit", type=int, help="maximum number of images")
    return parser


if __name__ == "__main__":
    sys.exit(main())
