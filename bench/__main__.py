"""``python -m bench [ocr] [FOLDER]``: read every picture of a folder that has its truth beside it, and tell the score.

A picture's truth is a text file of the same name (``receipt.jpg``, ``receipt.txt``). Without a folder the sample
receipts are read (``../shared/data/receipts``). Other words in the place of ``ocr`` measure something else: see
``COMMANDS``.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from bench.machine import describe
from bench.memory import main as measure_memory
from bench.ocr import SAMPLE, Score, measure, pictures
from bench.orientation.__main__ import main as measure_orientation
from bench.pdf_text.__main__ import main as measure_pdf_text
from bench.peers import main as measure_peers
from bench.split import main as measure_split
from bench.tricks import main as measure_tricks
from paddleocr_service import EngineError, OCREngine
from paddleocr_service.official_models import FAMILIES
from paddleocr_service.runtimes import RUNTIMES

COMMANDS = {
    "orientation": measure_orientation,
    "peers": measure_peers,
    "tricks": measure_tricks,
    "split": measure_split,
    "memory": measure_memory,
    "pdf_text": measure_pdf_text,
}


def main(arguments: list[str] | None = None) -> int:
    arguments = sys.argv[1:] if arguments is None else arguments
    if arguments and arguments[0] in COMMANDS:
        return COMMANDS[arguments[0]](arguments[1:])
    chosen = _parser().parse_args(arguments[1:] if arguments[:1] == ["ocr"] else arguments)
    found = pictures(chosen.folder, chosen.only)[: chosen.limit]
    if not found:
        print(f"There is no picture with a .txt file beside it in {chosen.folder}.", file=sys.stderr)
        return 2
    try:
        engine = OCREngine(model=chosen.model, runtime=chosen.runtime, threads=chosen.threads, lang=chosen.lang)
        info = engine.warm_up()
        print(f"machine   {describe()}")
        print(f"engine    {info.name} on {info.runtime}: {', '.join(info.models)}")
        _tell(measure(engine, found, report=_tell_one if chosen.verbose else None))
    except EngineError as error:
        print(error.message, file=sys.stderr)
        return 1
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m bench", description="Read a folder of pictures and tell the score."
    )
    parser.add_argument("folder", nargs="?", type=Path, default=SAMPLE, help="pictures, each with a .txt of its truth")
    parser.add_argument("--only", default="*", metavar="PATTERN", help="of the folder, such as 'multicol_*'")
    parser.add_argument("--runtime", choices=RUNTIMES, default="auto")
    parser.add_argument("--model", choices=FAMILIES, default=FAMILIES[0])
    parser.add_argument("--lang", default="en")
    parser.add_argument("--threads", type=int)
    parser.add_argument("--limit", type=int, help="read only so many pictures")
    parser.add_argument("-v", "--verbose", action="store_true", help="a line for each picture")
    return parser


def _tell_one(name: str, seconds: float, f1: float, cer: float) -> None:
    print(f"          {name:32} {seconds:7.2f} s   words {f1:.3f}   characters wrong {cer:.3f}")


def _tell(score: Score) -> None:
    print(f"images    {score.images}")
    print(f"seconds   {score.seconds:.2f} an image (median); {score.cpu_seconds:.2f} of processor time (mean)")
    print(f"words     {score.f1:.4f} F1: right in any order, of all that are there or were found")
    print(f"errors    {score.cer:.4f} of characters, order counted (mean over the images)")
    print(f"memory    {score.peak_mb} MB at the peak")


if __name__ == "__main__":
    sys.exit(main())
