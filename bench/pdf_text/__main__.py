"""Print speed and errors of each document, and of all documents."""

import argparse
import sys
from pathlib import Path

from bench.machine import describe
from bench.pdf_text.measure import PdfResult, measure
from paddleocr_service import OCREngine
from services.confined.child import exempt_loaded_objects
from services.ocr_service.document import OCRService
from services.ocr_service.options import DocumentOptions

SAMPLE = Path(__file__).resolve().parents[3] / "shared" / "data" / "pdf_digital"
MAX_PIXELS = 100_000_000


def main(arguments: list[str] | None = None) -> int:
    options = _parser().parse_args(arguments)
    paths = sorted(options.folder.glob("*.pdf"))
    if not paths:
        print(f"No PDF found in {options.folder}.", file=sys.stderr)
        return 2
    service = OCRService(OCREngine(lang=options.lang), MAX_PIXELS)
    exempt_loaded_objects()
    print(f"machine   {describe()}")
    total = PdfResult()
    for path in paths:
        rounds = [measure(service, path, DocumentOptions(options.lang, 300)) for _ in range(options.rounds)]
        best = min(rounds, key=lambda result: sum(result.seconds.values()))
        _print_result(path.name, best)
        for source in total.pages:
            total.pages[source] += best.pages[source]
            total.seconds[source] += best.seconds[source]
            total.cpu_seconds[source] += min(result.cpu_seconds[source] for result in rounds)
        total.errors += best.errors
        total.characters += best.characters
    _print_result("all", total)
    return 0


def _print_result(name: str, result: PdfResult) -> None:
    pages, seconds, cpu = result.pages, result.seconds, result.cpu_seconds
    speed = pages["text_layer"] / seconds["text_layer"] if pages["text_layer"] else 0.0
    cpu_speed = pages["text_layer"] / cpu["text_layer"] if cpu["text_layer"] else 0.0
    error_rate = result.errors / max(1, result.characters)
    regions = (
        f"   {pages['regions']} with regions read by OCR in {seconds['regions']:.2f} s" if pages["regions"] else ""
    )
    recognised = f"   {pages['ocr']} recognised in {seconds['ocr']:.2f} s" if pages["ocr"] else ""
    figures = f"{speed:7.1f} per second ({cpu_speed:.0f} per CPU second)   errors {error_rate:.4f}{regions}{recognised}"
    print(f"{name[-40:]:40} {pages['text_layer']:4} pages {figures}", flush=True)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m bench.pdf_text", description="Read the text layers of PDFs.")
    parser.add_argument("folder", nargs="?", type=Path, default=SAMPLE)
    parser.add_argument("--lang", default="en")
    parser.add_argument("--rounds", type=int, default=3)
    return parser


if __name__ == "__main__":
    sys.exit(main())
