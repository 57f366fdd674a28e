"""``python -m bench orientation [FOLDER]``: what it costs and buys to right pages that lie, and how skew is borne.

Each picture that has its truth beside it is read as it is and turned, with ``orientation=auto`` and ``off`` in turn;
and, with ``--skew``, tilted by some degrees. Times are of the processor, as ratios of the readings of one picture.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from statistics import fmean, median

from bench.machine import describe
from bench.ocr import pictures
from bench.orientation.reading import Reading, read_lying, read_tilted
from paddleocr_service import EngineError, OCREngine
from paddleocr_service.official_models import FAMILIES
from paddleocr_service.runtimes import RUNTIMES

SAMPLE = Path(__file__).resolve().parents[3] / "shared" / "data" / "rotated"
TURNS = (0, 90, 180, 270)


def main(arguments: list[str] | None = None) -> int:
    chosen = _parser().parse_args(arguments)
    found = pictures(chosen.folder)[: chosen.limit]
    if not found:
        print(f"There is no picture with a .txt file beside it in {chosen.folder}.", file=sys.stderr)
        return 2
    try:
        engine = OCREngine(model=chosen.model, runtime=chosen.runtime, threads=chosen.threads, lang=chosen.lang)
        engine.warm_up()
        print(f"machine   {describe()}")
        print(f"pictures  {len(found)} of {chosen.folder}", flush=True)
        for degrees in TURNS:
            print(_told(degrees, [read_lying(engine, path, degrees, chosen.rounds) for path in found]), flush=True)
        for degrees in chosen.skew:
            f1, errors = read_tilted(engine, found, degrees)
            print(f"skewed {degrees:4.1f}  words {f1:.4f}   errors {errors:.4f}", flush=True)
    except EngineError as error:
        print(error.message, file=sys.stderr)
        return 1
    return 0


def _told(degrees: int, readings: list[Reading]) -> str:
    return (
        f"turned {degrees:3}  righted {sum(one.right for one in readings)} of {len(readings)}"
        f"   words {fmean(one.f1 for one in readings):.4f} (least {min(one.f1 for one in readings):.3f},"
        f" off {fmean(one.f1_off for one in readings):.4f})"
        f"   errors {fmean(one.error_rate for one in readings):.4f}"
        f" (off {fmean(one.error_rate_off for one in readings):.4f})"
        f"   time {median(one.cost for one in readings):.3f} of off's"
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m bench orientation", description="Measure the righting of pages.")
    parser.add_argument("folder", nargs="?", type=Path, default=SAMPLE, help="pictures, each with a .txt of its truth")
    parser.add_argument("--skew", type=float, nargs="*", default=[], help="also tilt the pictures by these degrees")
    parser.add_argument("--rounds", type=int, default=1, help="read each so many times")
    parser.add_argument("--runtime", choices=RUNTIMES, default="auto")
    parser.add_argument("--model", choices=FAMILIES, default=FAMILIES[0])
    parser.add_argument("--lang", default="en")
    parser.add_argument("--threads", type=int)
    parser.add_argument("--limit", type=int, help="read only so many pictures")
    return parser


if __name__ == "__main__":
    sys.exit(main())
