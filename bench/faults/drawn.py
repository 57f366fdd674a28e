"""``python -m bench drawn_faults``: kinds of faults that need many drawn inputs to be measured.

numbers: numbers in narrow, serif and typewriter faces, some of whose equal digits could be lost (K06).
upright: tables of digits, charts, forms and sketches, which must not be turned; then the same pages turned by 90, 180
and 270 degrees, which must be turned back (K05).
large: a long receipt and a wide panorama: the share of words found, with the time and the peak memory of the process,
next to an A4 page (K04).
"""

import argparse
import random
import re
import resource
import sys
import time
from collections import Counter
from collections.abc import Iterator

import numpy as np
import pymupdf
from PIL import Image, ImageDraw, ImageFont

from bench.machine import describe
from bench.orientation.drawn_pages import KINDS, draw_pages
from paddleocr_service import OCREngine
from paddleocr_service.arrays import Pixels
from paddleocr_service.orientation import rotated

#: Typefaces of the PDF standard, and the share of their width at which they are drawn.
_TYPES = (("tiro", 1.0), ("helv", 0.82), ("helv", 0.75), ("tiro", 0.75), ("cour", 0.8))
_SIZES = (16, 20, 24, 30)
#: Rows and columns of numbers of a page, and points between columns.
_ROWS, _COLUMNS, _STEP = 20, 3, 260
#: Seeds of the drawn pages: other ones than those with which the rules were made. 19 kinds make 114 pages.
_SEEDS = range(40, 46)
_WORDS = (
    "bread", "cream", "apple", "coffee", "lemon", "tomato", "milk", "yogurt", "rice", "olive", "potato", "pasta",
    "juice", "onion", "honey", "grape", "carrot",
)  # fmt: skip


def main(arguments: list[str] | None = None) -> int:
    """Return the exit code."""
    options = _parser().parse_args(arguments)
    engine = OCREngine(threads=options.threads)
    engine.warm_up()
    sys.stdout.write(f"machine   {describe()}\n\n")
    for part in _PARTS if "all" in options.parts else options.parts:
        for line in _PARTS[part](engine):
            sys.stdout.write(line + "\n")
            sys.stdout.flush()
    return 0


def _numbers(engine: OCREngine) -> Iterator[str]:
    """A line about each typeface with wrong numbers, and one about all."""
    total, wrong = 0, 0
    for face, width in _TYPES:
        missing: list[str] = []
        for size in _SIZES:
            picture, numbers = page_of_numbers(face, width, size)
            found = Counter(re.findall(r"[\d.,]+", " ".join(line.text for line in engine.recognize(picture).lines)))
            missing += (Counter(numbers) - found).elements()
            total += len(numbers)
        wrong += len(missing)
        if missing:
            yield f"numbers   {face} at {width:.2f} of its width: wrong {', '.join(missing)}"
    yield f"numbers   {wrong} wrong of {total}"


def page_of_numbers(face: str, width: float, size: int) -> tuple[Pixels, list[str]]:
    """A page (H, W, 3) uint8 RGB, and its numbers."""
    chance = random.Random(f"{face} {width} {size}")
    numbers = [_number(at % 3, chance) for at in range(_ROWS * _COLUMNS)]
    with pymupdf.open() as document:
        page = document.new_page(width=60 + _COLUMNS * _STEP, height=60 + _ROWS * size * 1.8)
        for at, number in enumerate(numbers):
            start = pymupdf.Point(30 + at % _COLUMNS * _STEP, 40 + at // _COLUMNS * size * 1.8)
            how = {"fontname": face, "fontsize": size, "morph": (start, pymupdf.Matrix(width, 1))}
            page.insert_text(start, number, **how)
        pixmap = page.get_pixmap(dpi=72)
        pixels = np.frombuffer(pixmap.samples, np.uint8).reshape(pixmap.height, pixmap.width, 3)
        return pixels.copy(), numbers


def _number(kind: int, chance: random.Random) -> str:
    if kind == 0:
        return "".join(chance.choices("0123456789", k=12))
    if kind == 1:
        first, second = chance.sample("0125789", 2)
        return first * chance.randint(3, 7) + second * chance.randint(3, 6)
    groups = chance.choice(("1", "2", "11", "22")), chance.choice(("111", "000", "100", "222", "555"))
    return f"{','.join(groups)},{chance.choice(('001', '111', '777', '000'))}.{chance.choice(('00', '11', '55'))}"


def _upright(engine: OCREngine) -> Iterator[str]:
    """A line about each page that is turned or not turned back, and one about each direction."""
    for degrees in (0, 90, 180, 270):
        kinds = {kind: True for kind, turnable in KINDS.items() if turnable} if degrees else KINDS
        pages, wrong = 0, 0
        for page in draw_pages(_SEEDS if not degrees else _SEEDS[:1], kinds):
            picture = np.asarray(page.image.convert("RGB"))
            result = engine.recognize(rotated(picture, degrees) if degrees else picture)
            pages += 1
            if result.orientation != -degrees % 360:
                wrong += 1
                yield f"upright   {page.kind} {page.seed}, rotated by {degrees}: {result.orientation}"
        yield f"upright   rotated by {degrees}: {wrong} of {pages} pages wrong"


def _large(engine: OCREngine) -> Iterator[str]:
    for name, width, height, columns in (
        ("A4 at 150 dpi", 1240, 1754, 2), ("receipt", 1000, 20_000, 1), ("panorama", 16_000, 800, 10),
    ):  # fmt: skip
        picture, words = _drawn_words(width, height, columns)
        started, cpu = time.perf_counter(), time.process_time()
        text = engine.recognize(picture).text
        seconds, cpu = time.perf_counter() - started, time.process_time() - cpu
        recall = (Counter(words) & Counter(text.split())).total() / len(words)
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
        figures = f"recall {recall:.3f}, {len(words)} words in {seconds:.1f} s ({cpu:.1f} s CPU), peak {peak} MB so far"
        yield f"large     {name} of {width} x {height}: {figures}"


def _drawn_words(width: int, height: int, columns: int) -> tuple[Pixels, list[str]]:
    """A picture (H, W, 3) uint8 RGB with columns of lines, and its words."""
    chance, words, font = random.Random(height), [], ImageFont.load_default(28)
    image = Image.new("RGB", (width, height), "white")
    draw = ImageDraw.Draw(image)
    for left in range(60, width - 60, (width - 60) // columns):
        for top in range(60, height - 60, 100):
            line = [*chance.choices(_WORDS, k=4), f"{chance.randrange(100)}.{chance.randrange(10, 100)}"]
            draw.text((left, top), " ".join(line), "black", font)
            words += line
    return np.asarray(image), words


_PARTS = {"numbers": _numbers, "upright": _upright, "large": _large}


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m bench drawn_faults", description="Measure faults by drawn inputs.")
    parser.add_argument("parts", nargs="*", choices=[*_PARTS, "all"], default="all")
    parser.add_argument("--threads", type=int)
    return parser


if __name__ == "__main__":
    sys.exit(main())
