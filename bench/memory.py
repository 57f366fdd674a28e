"""``python -m bench memory``: what a worker holds at the peak of an A4 page, and whether it grows over many pages.

Pages come from PDFs drawn for the purpose (or from ``--pdf``) through the service's own document, with its limits.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from bench.dense import A4, draw_pdf
from bench.machine import describe
from bench.readers.process import Reader, ReaderFailed
from paddleocr_service.runtimes import default_threads

#: Sizes of the long run in points (page, half a page, receipt, card, slide), and the resolutions, in turn.
SIZES = (A4, (420, 595), (227, 700), (252, 144), (720, 405))
RESOLUTIONS = (100, 200, 150, 300)
_SETTLED = 200  # pages after which a worker should hold what it will hold
_TOLD = 100  # pages between what is told


def main(arguments: list[str]) -> int:
    chosen = _parser().parse_args(arguments)
    settings = {"threads": chosen.threads, "f32": chosen.f32}
    sys.stdout.write(f"machine   {describe()}\n")
    with tempfile.TemporaryDirectory(prefix="bench-memory-") as folder:
        try:
            page = chosen.pdf or draw_pdf(Path(folder) / "a4.pdf", [A4])
            for dpi in (300, 600):
                _tell_page(page, dpi, settings)
            if chosen.pages:
                _tell_run(draw_pdf(Path(folder) / "many.pdf", SIZES), chosen.pages, settings, chosen.small)
        except ReaderFailed as error:
            sys.stderr.write(f"{error}\n")
            return 1
    return 0


def _tell_page(pdf: Path, dpi: int, settings: dict) -> None:
    """Read twice, since what is held at the second reading comes on top of what the first one left."""
    with Reader("document", settings) as reader:
        before = reader.memory()["rss_mb"]
        for _ in range(2):
            answer = reader.read(pdf, page=1, dpi=dpi)
        held = reader.memory()
    sys.stdout.write(
        f"A4 at {dpi} dpi   peak {held['peak_mb']} MB, after {held['rss_mb']} MB, loaded {before} MB;"
        f" {len(answer.text)} characters in {answer.seconds:.2f} s\n"
    )
    sys.stdout.flush()


def _tell_run(pdf: Path, pages: int, settings: dict, small: bool) -> None:
    resolutions = RESOLUTIONS[:1] if small else RESOLUTIONS
    with Reader("document", settings) as reader:
        settled, marks = 0, {pages // 4, pages // 2, 3 * pages // 4, _SETTLED, pages}
        for number, (page, dpi) in enumerate(_sequence(pages, resolutions), start=1):
            reader.read(pdf, page=page, dpi=dpi)
            if number in marks or not number % _TOLD:
                held = reader.memory()
                settled = held["rss_mb"] if number == min(_SETTLED, pages) else settled
                sys.stdout.write(f"after {number:5} pages   {held['rss_mb']} MB (peak {held['peak_mb']} MB)\n")
                sys.stdout.flush()
    at = " and ".join(str(dpi) for dpi in sorted(resolutions))
    sys.stdout.write(
        f"{pages} pages of {len(SIZES)} sizes at {at} dpi: {held['rss_mb'] / settled:.3f} of what it was after"
        f" {min(_SETTLED, pages)}\n"
    )


def _sequence(pages: int, resolutions: tuple[int, ...]) -> Iterator[tuple[int, int]]:
    """(page, dpi), drawn from all pairs by a fixed seed: the sizes come mixed, and in each run the same."""
    chance = random.Random(7)
    return ((chance.randint(1, len(SIZES)), chance.choice(resolutions)) for _ in range(pages))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m bench memory", description="What a worker holds.")
    parser.add_argument("--pdf", type=Path, help="read its first page instead of a drawn one")
    parser.add_argument("--pages", type=int, default=0, help="then so many pages of mixed sizes; 0 leaves them out")
    parser.add_argument("--small", action="store_true", help="these at the lowest resolution alone")
    parser.add_argument("--f32", action="store_true", help="as on a processor without bfloat16")
    parser.add_argument("--threads", type=int, default=default_threads())
    return parser
