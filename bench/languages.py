"""``python -m bench languages [FOLDER]``: character error rate of each language, beside Tesseract alone.

The folder has one folder for each language and kind of images: ``hi_drawn``, ``ar_lines``. An image's expected text is
a text file of the same name. Languages that are not installed are listed. Tesseract alone reads the same images with
the same data and its own page analysis.
"""

import argparse
import sys
from collections import defaultdict
from pathlib import Path
from statistics import fmean

from bench.machine import describe
from bench.metrics import character_error_rate
from bench.ocr import find_images
from paddleocr_service import Catalogue, ModelNotAvailable, OCREngine, RecognizeOptions, UnsupportedLanguage

FOLDER = Path(__file__).resolve().parents[2] / "shared" / "data" / "languages"


def main(arguments: list[str]) -> int:
    """Return the exit code: 0, or 2 if there are no images."""
    parser = argparse.ArgumentParser(prog="python -m bench languages", description="Errors of each language.")
    parser.add_argument("folder", nargs="?", type=Path, default=FOLDER, help="folders such as hi_drawn")
    parser.add_argument("--lang", action="append", help="only this language; repeat for several")
    parser.add_argument("--limit", type=int, help="maximum number of images of each folder")
    parser.add_argument("--threads", type=int)
    options = parser.parse_args(arguments)
    folders = [folder for folder in sorted(options.folder.glob("*_*")) if find_images(folder)]
    if not folders:
        sys.stderr.write(f"No folder with images found in {options.folder}.\n")
        return 2
    _write(f"machine   {describe()}\n")
    _write("| images | recogniser | wrong characters | Tesseract alone |\n|---|---|---|---|")
    engine = OCREngine(threads=options.threads)
    totals: dict[str, list[tuple[float, float]]] = defaultdict(list)
    for folder in folders:
        lang, _, kind = folder.name.partition("_")
        if options.lang and lang not in options.lang:
            continue
        try:
            rates = _measure(engine, lang, find_images(folder)[: options.limit])
        except (ModelNotAvailable, UnsupportedLanguage) as error:
            _write(f"| {folder.name} | {error.message} | | |")
            continue
        totals[kind].append(rates)
        _write(f"| {folder.name} | {engine.info(lang).models[-1]} | {rates[0]:.2%} | {rates[1]:.2%} |")
    for kind, rates_of_kind in totals.items():
        ours, alone = (fmean(rates) for rates in zip(*rates_of_kind, strict=True))
        _write(f"| mean of {kind} | | {ours:.2%} | {alone:.2%} |")
    return 0


def _write(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def _measure(engine: OCREngine, lang: str, images: list[Path]) -> tuple[float, float]:
    """Return the character error rates of the engine and of Tesseract alone: mean over the images."""
    ours, alone = [], []
    for path in images:
        truth = path.with_suffix(".txt").read_text(encoding="utf-8")
        ours.append(character_error_rate(truth, engine.recognize(path, RecognizeOptions(lang=lang)).text))
        alone.append(character_error_rate(truth, _tesseract_alone(engine.catalogue, lang, path)))
    return fmean(ours), fmean(alone)


def _tesseract_alone(catalogue: Catalogue, lang: str, path: Path) -> str:
    """Return the text of an image as Tesseract reads it by itself; empty if the language has no data."""
    from bench.readers.tesseract import read_with_library

    data = catalogue.resolve(lang).language_data
    return read_with_library(data.folder, data.name, path) if data else ""


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
