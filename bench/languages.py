"""``python -m bench languages [SET]``: errors in each language, beside Tesseract alone.

- ``samples``: character error rate in ``--folder``. It has one folder for each language and kind of images, such as
  ``hi_drawn`` or ``ar_lines``. An image's expected text is a text file of the same name.
- ``drawn``: character error rate on a drawn page in each installed language, at 200 and 300 dpi.
- ``photographs``: word F1 on photographs of signs in Hindi and English (their truth has no order), and character error
  rate on pictures of a few lines in several languages.

Tesseract alone reads the same images with the same data and its own page analysis.
"""

import argparse
import sys
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import fmean

from bench.drawn_languages import DPI, TEXTS, draw
from bench.machine import describe
from bench.metrics import character_error_rate, normalise
from bench.ocr import find_images
from bench.readers.memory import memory_mb
from bench.readers.tesseract import read_with_library
from config import Settings
from paddleocr_service import ModelNotAvailable, OCREngine, RecognizeOptions, UnsupportedLanguage
from paddleocr_service.languages import canonical_codes
from paddleocr_service.recognisers.language_data import LanguageData, find_language_data
from services.ocr_service.document import OCRService
from services.ocr_service.options import DocumentOptions

DATA = Path(__file__).resolve().parents[2] / "shared" / "data"
#: Pictures of a few lines: name -> language.
LINES = {
    "arabic.png": "fa", "ch_doc_server.png": "ch", "cyrillic.png": "rs_cyrillic", "el_rec.jpg": "el",
    "en_rec.jpg": "en", "img_exif_orientation.jpg": "ch", "latin.jpg": "la", "te.png": "te", "text_rec.jpg": "ch",
    "white_font_color_transparent.png": "ch",
}  # fmt: skip
#: Row of a table: images, their kind, language, and for both readers the error or score of each image.
Row = tuple[str, str, str, list[float], list[float]]


class Readers:
    """The engine, and Tesseract alone."""

    def __init__(self, engine: OCREngine, tessdata: Path | None) -> None:
        """tessdata: more language data for Tesseract alone."""
        self.engine = engine
        self._service = OCRService(engine, Settings.from_env().max_image_pixels)
        self._tessdata = [tessdata] if tessdata else []

    def ours(self, image: Path | bytes, lang: str) -> str:
        if isinstance(image, bytes):
            return self.engine.recognize(image, RecognizeOptions(lang=lang)).text
        # A file is opened as in a worker, which finds white text on a transparent ground.
        with self._service.open(image, "image", DocumentOptions(lang, dpi=DPI[1])) as document:
            return "\n".join(str(document.recognize(number)["text"]) for number in document.page_numbers)

    def alone(self, image: Path | bytes, lang: str) -> str | None:
        """None if a language has no data."""
        data = [self._data(code) for code in canonical_codes(lang)]
        if None in data or len({each.folder for each in data if each}) > 1:
            return None
        names = [each.name for each in data if each]
        folder = next(each.folder for each in data if each)
        return read_with_library(folder, "+".join(names), image)

    def _data(self, code: str) -> LanguageData | None:
        return find_language_data(code, [*self._tessdata, *self.engine.catalogue.data_folders])


def main(arguments: list[str]) -> int:
    """Return the exit code: 0, or 2 if there are no images."""
    parser = argparse.ArgumentParser(prog="python -m bench languages", description="Errors in each language.")
    parser.add_argument("set", nargs="?", choices=SETS, default="samples")
    parser.add_argument("--folder", type=Path, default=DATA, help="folder with the sample data")
    parser.add_argument("--lang", action="append", help="only this language; repeat for several")
    parser.add_argument("--limit", type=int, help="maximum number of images of each folder")
    parser.add_argument("--tessdata", type=Path, help="folder with more language data for Tesseract alone")
    parser.add_argument("--threads", type=int)
    options = parser.parse_args(arguments)
    _write(f"machine   {describe()}\n")
    readers = Readers(OCREngine(threads=options.threads), options.tessdata)
    totals: dict[str, list[tuple[float, float]]] = defaultdict(list)
    heading, rows = SETS[options.set]
    _write(f"| images | recogniser | {heading} | Tesseract alone |\n|---|---|---|---|")
    for name, kind, lang, ours, alone in rows(readers, options):
        _write(f"| {name} | {readers.engine.info(lang).models[-1]} | {_share(ours)} | {_share(alone)} |")
        if ours and len(ours) == len(alone):
            totals[kind].append((fmean(ours), fmean(alone)))
    for kind, means in totals.items():
        mean_ours, mean_alone = (fmean(each) for each in zip(*means, strict=True))
        _write(f"| mean of {kind}, where both read | | {mean_ours:.2%} | {mean_alone:.2%} |")
    _write(f"\nmemory with all of these loaded: {memory_mb()['rss_mb']} MB")
    return 0 if totals else 2


def _share(values: list[float]) -> str:
    return f"{fmean(values):.2%}" if values else ""


def _write(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def _samples(readers: Readers, options: argparse.Namespace) -> Iterator[Row]:
    for folder in sorted((options.folder / "languages").glob("*_*")):
        lang, _, kind = folder.name.partition("_")
        images = [(path, _truth(path)) for path in find_images(folder)[: options.limit]]
        if not options.lang or lang in options.lang:
            yield from _row(readers, folder.name, kind, lang, images, character_error_rate)


def _drawn(readers: Readers, options: argparse.Namespace) -> Iterator[Row]:
    for lang, text in TEXTS.items():
        if not options.lang or lang in options.lang:
            for dpi in DPI:
                yield from _row(readers, lang, f"{dpi} dpi", lang, [(draw(lang, dpi), text)], character_error_rate)


def _photographs(readers: Readers, options: argparse.Namespace) -> Iterator[Row]:
    signs = [(path, _truth(path)) for path in find_images(options.folder / "scenes")[: options.limit]]
    yield from _row(readers, "scenes", "scenes", "hi+en", signs, word_f1)
    for name, lang in LINES.items():
        path = options.folder / "multilang" / name
        yield from _row(readers, name, "lines", lang, [(path, _truth(path))], character_error_rate)


#: Name -> heading of the figures, and the rows.
SETS: dict[str, tuple[str, Callable[[Readers, argparse.Namespace], Iterator[Row]]]] = {
    "samples": ("wrong characters", _samples),
    "drawn": ("wrong characters", _drawn),
    "photographs": ("word F1 of scenes, else wrong characters", _photographs),
}


def _truth(path: Path) -> str:
    return path.with_suffix(".txt").read_text(encoding="utf-8")


def _row(
    readers: Readers,
    name: str,
    kind: str,
    lang: str,
    images: list[tuple[Path, str]] | list[tuple[bytes, str]],
    measure: Callable[[str, str], float],
) -> Iterator[Row]:
    """Yield one row; none, but a line that says why, for a language that is not installed."""
    ours, alone = [], []
    try:
        for image, truth in images:
            ours.append(measure(truth, readers.ours(image, lang)))
            text = readers.alone(image, lang)
            alone += [] if text is None else [measure(truth, text)]
    except (ModelNotAvailable, UnsupportedLanguage) as error:
        _write(f"| {name} | {error.message} | | |")
        return
    if ours:
        yield name, kind, lang, ours, alone


def word_f1(truth: str, text: str) -> float:
    """Return the F1 (0..1) of the words in any order and any case, in every script."""
    expected, found = (Counter(normalise(each).casefold().split()) for each in (truth, text))
    total = expected.total() + found.total()
    return 2 * (expected & found).total() / total if total else 1.0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
