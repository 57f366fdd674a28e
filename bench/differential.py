"""``python -m bench differential [FOLDER]``: born-digital PDFs, read from their text layer and by OCR.

Two independent readings of one page should agree. A page is reported if many words of one reading are not in the other:
either the layer lacks or invents text, or OCR fails. A reader of the report looks at the page and decides which.
"""

import argparse
import re
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from bench.machine import describe
from bench.pdf_text.__main__ import MAX_PIXELS
from bench.pdf_text.__main__ import SAMPLE as PDF_DIGITAL
from paddleocr_service import OCREngine
from services.ocr_service.document import OCRService
from services.ocr_service.options import DocumentOptions

#: Words of this many letters and digits are compared; shorter ones are often joined or split.
_WORD = re.compile(r"\w{4,}")
#: Lines that OCR reads with less confidence are not evidence.
_MIN_CONFIDENCE = 0.95
#: Words this similar (0..1) are the same word with a reading error.
_SIMILARITY = 0.75
_EXAMPLES = 6


@dataclass(frozen=True)
class Difference:
    """Words of a page that only one reading has. total: words of the page in the reading that has more."""

    only_layer: tuple[str, ...]
    only_ocr: tuple[str, ...]
    total: int

    @property
    def share(self) -> float:
        return max(len(self.only_layer), len(self.only_ocr)) / max(1, self.total)


def main(arguments: list[str] | None = None) -> int:
    """Return the exit code: 0, 2 if there is no PDF."""
    options = _parser().parse_args(arguments)
    paths = sorted(options.folder.glob("*.pdf"))
    if not paths:
        sys.stderr.write(f"No PDF found in {options.folder}.\n")
        return 2
    service = OCRService(OCREngine(lang=options.lang), MAX_PIXELS)
    sys.stdout.write(f"machine   {describe()}\n")
    pages = reported = 0
    for path in paths:
        for number, difference in _differences(service, path, options):
            pages += 1
            if difference.share >= options.share:
                reported += 1
                _report(path, number, difference)
    sys.stdout.write(f"{reported} of {pages} pages with a text layer differ in {options.share:.0%} of their words\n")
    return 0


def _differences(service: OCRService, path: Path, options: argparse.Namespace) -> Iterator[tuple[int, Difference]]:
    """The difference of each of the first pages that are read from their text layer."""
    auto, ocr = (DocumentOptions(options.lang, options.dpi, mode=mode) for mode in ("auto", "ocr"))
    with service.open(path, "pdf", auto) as layer, service.open(path, "pdf", ocr) as picture:
        for number in layer.page_numbers[: options.pages]:
            page = layer.recognize(number)
            if page["source"] == "text_layer":
                yield number, compare(page, picture.recognize(number))


def compare(layer: dict[str, Any], ocr: dict[str, Any]) -> Difference:
    """Compare two results of the same page."""
    written, read = _words(layer["lines"]), _words(ocr["lines"])
    certain = _words([line for line in ocr["lines"] if line["confidence"] >= _MIN_CONFIDENCE])
    total = max(written.total(), read.total())
    return Difference(_not_in(written, read), _not_in(certain, written), total)


def _words(lines: list[dict[str, Any]]) -> Counter[str]:
    return Counter(word.lower() for line in lines for word in _WORD.findall(line["text"]))


def _not_in(words: Counter[str], others: Counter[str]) -> tuple[str, ...]:
    """The words without an equal or similar one among the others. Each of the others counts once."""
    left = others - words
    missing = []
    for word in (words - others).elements():
        similar = get_close_matches(word, left, 1, _SIMILARITY)
        if similar:
            left -= Counter(similar)
        else:
            missing.append(word)
    return tuple(missing)


def _report(path: Path, number: int, difference: Difference) -> None:
    sys.stdout.write(f"{path.name}, page {number}: {difference.share:.0%} of {difference.total} words\n")
    for name, words in (("layer", difference.only_layer), ("OCR", difference.only_ocr)):
        if words:
            more = " …" if len(words) > _EXAMPLES else ""
            sys.stdout.write(f"    only {name}: {len(words)}: {' '.join(words[:_EXAMPLES])}{more}\n")
    sys.stdout.flush()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m bench differential", description="Text layers against OCR.")
    parser.add_argument("folder", nargs="?", type=Path, default=PDF_DIGITAL)
    parser.add_argument("--lang", default="en")
    parser.add_argument("--dpi", type=int, default=200)
    parser.add_argument("--pages", type=int, default=3, help="pages of each document")
    parser.add_argument("--share", type=float, default=0.1, help="least share of words that differ in a reported page")
    return parser


if __name__ == "__main__":
    sys.exit(main())
