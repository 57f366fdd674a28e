"""``python -m bench structure``: order of real and drawn pages, unit tests of olmOCR-bench, word spacing.

Each part is reported for both halves of its files: every second file, in the order of their names, was set aside while
the rules were written.
"""

import argparse
import json
import sys
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import astuple
from statistics import fmean

from bench.best_order import Causes, causes
from bench.drawn_pages import draw_pages
from bench.machine import describe
from bench.metrics import WordScore
from bench.ocr import SAMPLE, find_images
from bench.unit_tests import passes
from paddleocr_service import OCREngine, RecognizeOptions
from services.ocr_service.document import OCRService
from services.ocr_service.options import DocumentOptions

DATA = SAMPLE.parent
MAX_PIXELS = 100_000_000
PARTS = ("order", "drawn", "tests", "spacing")
DRAWN = 6  # pages of each kind
KINDS = {"present", "absent", "order", "table"}


def main(arguments: list[str]) -> int:
    """Return the exit code 0."""
    parser = argparse.ArgumentParser(prog="python -m bench structure", description=__doc__.splitlines()[0])
    parser.add_argument("--only", choices=PARTS, nargs="*", default=PARTS, help="parts to run")
    parser.add_argument("--verbose", action="store_true", help="print each page and each failed test")
    options = parser.parse_args(arguments)
    engine = OCREngine()
    _print(f"machine   {describe()}")
    parts = {"order": _order, "drawn": _drawn, "tests": _tests, "spacing": _spacing}
    for name in options.only:
        parts[name](engine, options.verbose)
    return 0


def _print(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def _order(engine: OCREngine, verbose: bool) -> None:
    """Character error rate, order counted, and its causes."""
    for name in ("pages", "books", "typescripts"):
        rates: dict[str, list[Causes]] = defaultdict(list)
        for number, path in enumerate(find_images(DATA / name)):
            page = engine.recognize(path, RecognizeOptions(lang="fr" if name == "typescripts" else "en"))
            rate = causes(
                path.with_suffix(".txt").read_text(encoding="utf-8"), page.text, [one.text for one in page.lines]
            )
            kind = "multicol" if path.name.startswith("multicol") else "others" if name == "pages" else ""
            rates[f"{name} {kind}"].append(rate)
            rates[f"{name} {kind} {'set aside' if number % 2 else 'seen'}"].append(rate)
            if verbose:
                _print(f"          {name}/{path.name}: {_causes([rate])}")
        for group, values in rates.items():
            _print(f"order     {group:34} {_causes(values)} ({len(values)} pages)")


def _drawn(engine: OCREngine, verbose: bool) -> None:
    """The same for drawn pages in columns."""
    rates: dict[str, list[Causes]] = defaultdict(list)
    for kind, seed, image, text in draw_pages(DATA / "books", DRAWN):
        page = engine.recognize(image, RecognizeOptions(lang="en"))
        rates[kind].append(causes(text, page.text, [one.text for one in page.lines]))
        if verbose:
            _print(f"          {kind} {seed}: {_causes(rates[kind][-1:])}")
    for kind, values in rates.items():
        _print(f"drawn     {kind:34} {_causes(values)} ({len(values)} pages)")


def _causes(values: Sequence[Causes]) -> str:
    """The mean error rate of pages, and that in the best order of their lines, by cause."""
    order, letters, extra, missing = (fmean(one) for one in zip(*map(astuple, values), strict=True))
    rest = letters + extra + missing
    parts = f"letters {letters:.4f}, extra {extra:.4f}, missing {missing:.4f}"
    return f"{order + rest:.4f}, in the best order {rest:.4f}: {parts}"


def _tests(engine: OCREngine, verbose: bool) -> None:
    """Share of passed unit tests of olmOCR-bench."""
    folder = DATA / "structure"
    service = OCRService(engine, MAX_PIXELS)
    tests = [json.loads(line) for line in (folder / "tests.jsonl").read_text(encoding="utf-8").splitlines() if line]
    passed: dict[str, list[bool]] = defaultdict(list)
    files = sorted({test["pdf"] for test in tests})
    for number, name in enumerate(files):
        with service.open(folder / name, "pdf", DocumentOptions(lang="en", dpi=200)) as document:
            pages = {at: document.recognize(at) for at in document.page_numbers}
        for test in (one for one in tests if one["pdf"] == name and one["type"] in KINDS):
            result = passes(test, pages[test["page"]])
            for group in (test["type"], "all", "set aside" if number % 2 else "seen"):
                passed[group].append(result)
            if verbose and not result:
                _print(f"          {test['id']} ({test['type']}) fails")
    for group, results in passed.items():
        _print(f"tests     {group:10} {sum(results)} of {len(results)} pass")


def _spacing(engine: OCREngine, verbose: bool) -> None:
    """Word F1 by language."""
    scores: dict[str, WordScore] = defaultdict(WordScore)
    for path in find_images(DATA / "spacing"):
        truth = path.with_suffix(".txt").read_text(encoding="utf-8")
        lang = path.name[:2]
        f1 = scores[lang].add(truth, engine.recognize(path, RecognizeOptions(lang=lang)).text)
        if verbose:
            _print(f"          {path.name}: {f1:.4f}")
    for lang, score in scores.items():
        _print(f"spacing   {lang} {score.f1:.4f} word F1")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
