"""``python -m bench memory``: peak memory of a worker for an A4 page, and its growth over many pages.

The pages come from generated PDFs (or from ``--pdf``). They are processed by the service's document class with its
default limits.
"""

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

#: Page sizes of the long run in points (A4, A5, receipt, card, slide), and its resolutions.
SIZES = (A4, (420, 595), (227, 700), (252, 144), (720, 405))
RESOLUTIONS = (100, 200, 150, 300)
_WARM_UP_PAGES = 200  # from here on, the memory should no longer grow
_REPORT_INTERVAL = 100  # pages


def main(arguments: list[str]) -> int:
    options = _parser().parse_args(arguments)
    settings = {"threads": options.threads, "f32": options.f32}
    sys.stdout.write(f"machine   {describe()}\n")
    with tempfile.TemporaryDirectory(prefix="bench-memory-") as folder:
        try:
            page = options.pdf or draw_pdf(Path(folder) / "a4.pdf", [A4])
            for dpi in (300, 600):
                _measure_page(page, dpi, settings)
            if options.pages:
                _measure_long_run(draw_pdf(Path(folder) / "many.pdf", SIZES), options.pages, settings, options.small)
        except ReaderFailed as error:
            sys.stderr.write(f"{error}\n")
            return 1
    return 0


def _measure_page(pdf: Path, dpi: int, settings: dict) -> None:
    """Process a page twice: the second time adds to the memory that stays allocated after the first."""
    with Reader("document", settings) as reader:
        loaded = reader.memory()["rss_mb"]
        for _ in range(2):
            answer = reader.read(pdf, page=1, dpi=dpi)
        memory = reader.memory()
    sys.stdout.write(
        f"A4 at {dpi} dpi   peak {memory['peak_mb']} MB, after {memory['rss_mb']} MB, loaded {loaded} MB;"
        f" {len(answer.text)} characters in {answer.seconds:.2f} s\n"
    )
    sys.stdout.flush()


def _measure_long_run(pdf: Path, pages: int, settings: dict, small: bool) -> None:
    resolutions = RESOLUTIONS[:1] if small else RESOLUTIONS
    with Reader("document", settings) as reader:
        baseline, milestones = 0, {pages // 4, pages // 2, 3 * pages // 4, _WARM_UP_PAGES, pages}
        for number, (page, dpi) in enumerate(_sequence(pages, resolutions), start=1):
            reader.read(pdf, page=page, dpi=dpi)
            if number in milestones or not number % _REPORT_INTERVAL:
                memory = reader.memory()
                baseline = memory["rss_mb"] if number == min(_WARM_UP_PAGES, pages) else baseline
                sys.stdout.write(f"after {number:5} pages   {memory['rss_mb']} MB (peak {memory['peak_mb']} MB)\n")
                sys.stdout.flush()
    dpis = " and ".join(str(dpi) for dpi in sorted(resolutions))
    sys.stdout.write(
        f"{pages} pages of {len(SIZES)} sizes at {dpis} dpi: memory is {memory['rss_mb'] / baseline:.3f} times that"
        f" after {min(_WARM_UP_PAGES, pages)} pages\n"
    )


def _sequence(pages: int, resolutions: tuple[int, ...]) -> Iterator[tuple[int, int]]:
    """Yield random pairs (page, dpi), the same in each run."""
    rng = random.Random(7)
    return ((rng.randint(1, len(SIZES)), rng.choice(resolutions)) for _ in range(pages))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m bench memory", description="Measure the memory of a worker.")
    parser.add_argument("--pdf", type=Path, help="use the first page of this PDF instead of a generated page")
    parser.add_argument("--pages", type=int, default=0, help="then process this many pages of mixed sizes; default: 0")
    parser.add_argument("--small", action="store_true", help="process these pages at the lowest resolution only")
    parser.add_argument("--f32", action="store_true", help="simulate a processor without bfloat16")
    parser.add_argument("--threads", type=int, default=default_threads())
    return parser
