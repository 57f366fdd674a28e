"""Prints the speed and the errors of each document, and of all."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from bench.machine import describe
from bench.pdf_text.reading import Reading, read
from paddleocr_service import OCREngine
from services.ocr_service.document import OCRService
from services.ocr_service.options import DocumentOptions

SAMPLE = Path(__file__).resolve().parents[3] / "shared" / "data" / "pdf_digital"
MAX_PIXELS = 100_000_000


def main(arguments: list[str] | None = None) -> int:
    chosen = _parser().parse_args(arguments)
    paths = sorted(chosen.folder.glob("*.pdf"))
    if not paths:
        print(f"There is no PDF in {chosen.folder}.", file=sys.stderr)
        return 2
    service = OCRService(OCREngine(lang=chosen.lang), MAX_PIXELS)
    print(f"machine   {describe()}")
    total = Reading()
    for path in paths:
        rounds = [read(service, path, DocumentOptions(chosen.lang, 300)) for _ in range(chosen.rounds)]
        best = min(rounds, key=lambda one: sum(one.seconds.values()))
        _tell(path.name, best)
        for name in total.pages:
            total.pages[name] += best.pages[name]
            total.seconds[name] += best.seconds[name]
        total.cpu += min(one.cpu for one in rounds)
        total.errors += best.errors
        total.characters += best.characters
    _tell("all", total)
    return 0


def _tell(name: str, reading: Reading) -> None:
    pages, seconds = reading.pages, reading.seconds
    speed = pages["text_layer"] / seconds["text_layer"] if pages["text_layer"] else 0.0
    wrong = reading.errors / max(1, reading.characters)
    by_cpu = pages["text_layer"] / reading.cpu if reading.cpu else 0.0
    recognised = f"   {pages['ocr']} recognised in {seconds['ocr']:.2f} s" if pages["ocr"] else ""
    told = f"{speed:7.1f} a second ({by_cpu:.0f} of processor time)   wrong {wrong:.4f}{recognised}"
    print(f"{name[-40:]:40} {pages['text_layer']:4} pages {told}", flush=True)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m bench.pdf_text", description="Read the text layers of PDFs.")
    parser.add_argument("folder", nargs="?", type=Path, default=SAMPLE)
    parser.add_argument("--lang", default="en")
    parser.add_argument("--rounds", type=int, default=3)
    return parser


if __name__ == "__main__":
    sys.exit(main())
