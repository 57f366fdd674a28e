"""``python -m bench in_turn OTHER_TREE [FOLDER]``: CPU time per page of this code and of another version of it.

OTHER_TREE is another working copy of this repository (`git worktree add`). Both read the same files in turn, so other
load on the machine affects both alike. Pages from a text layer alone and pages that OCR read are reported apart: a page
counts as the latter if either version uses OCR. The default folder has the sample PDFs of text.
"""

import argparse
import json
import sys
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean, median
from typing import NamedTuple

from bench.machine import describe
from bench.ocr import SAMPLE
from bench.readers.process import REPOSITORY, Reader
from bench.rounds import order_of
from config import child_environment

PICTURES = (".jpg", ".jpeg", ".png", ".tif")
THIS, OTHER = "this", "other"


class PageTime(NamedTuple):
    """cpu: seconds. checksum: of the result."""

    cpu: float
    used_ocr: bool
    checksum: str


#: The times of one page by version, one for each round.
Times = Mapping[str, Sequence[PageTime]]


@dataclass(frozen=True)
class Comparison:
    """cpu: mean seconds per page by version, with the least time of each page. ratio: this / other, of the same.

    pairs: the median of the ratios of all pages and rounds. same: pages with the same result.
    """

    pages: int
    cpu: Mapping[str, float]
    ratio: float
    pairs: float
    same: int


def main(arguments: list[str]) -> int:
    """Return the exit code: 0, or 2 if there are no files."""
    options = _parser().parse_args(arguments)
    files = [path for path in sorted(options.folder.iterdir()) if path.suffix in (".pdf", *PICTURES)][: options.limit]
    if not files:
        sys.stderr.write(f"No PDF or picture found in {options.folder}.\n")
        return 2
    _print(f"machine   {describe()}")
    _print(
        f"files     {len(files)} of {options.folder}, {options.rounds} rounds in turn, {options.threads} threads each"
    )
    with ExitStack() as stack:
        trees = {THIS: (REPOSITORY, options.layout), OTHER: (options.other.resolve(), options.other_layout)}
        readers = {
            name: stack.enter_context(_reader(name, tree, options.threads, layout))
            for name, (tree, layout) in trees.items()
        }
        pages = read_in_turn(readers, files, options.rounds)
    for label, used_ocr in (("text layers", False), ("OCR", True)):
        group = [times for times in pages if any(one.used_ocr for name in times for one in times[name]) == used_ocr]
        if group:
            _print_comparison(label, compare(group))
    return 0


def _reader(name: str, tree: Path, threads: int, layout: str) -> Reader:
    program = REPOSITORY / "bench" / "readers" / "pages.py"
    environment = {**child_environment(), "PYTHONPATH": str(tree)}
    return Reader(name, command=[sys.executable, "-P", str(program), str(threads), layout], environment=environment)


def read_in_turn(readers: Mapping[str, Reader], files: Sequence[Path], rounds: int) -> list[Times]:
    """The times of all pages, after one round that is not counted. Raises ReaderFailed."""
    times: dict[tuple[Path, int], dict[str, list[PageTime]]] = {}
    for round_number in range(-1, rounds):
        for at, path in enumerate(files):
            for name in order_of(list(readers), at, round_number):
                for number, page in enumerate(json.loads(readers[name].read(path).text)):
                    if round_number >= 0:
                        by_name = times.setdefault((path, number), {name: [] for name in readers})
                        by_name[name].append(PageTime(*page))
    return list(times.values())


def compare(pages: Sequence[Times]) -> Comparison:
    cpu = {name: fmean([min(page.cpu for page in times[name]) for times in pages]) for name in (THIS, OTHER)}
    pairs = [
        one.cpu / other.cpu
        for times in pages
        for one, other in zip(times[THIS], times[OTHER], strict=True)
        if other.cpu
    ]
    same = sum(times[THIS][0].checksum == times[OTHER][0].checksum for times in pages)
    return Comparison(len(pages), cpu, cpu[THIS] / cpu[OTHER], median(pairs), same)


def _print_comparison(label: str, result: Comparison) -> None:
    speeds = [f"{name} {1000 * cpu:.2f} ms ({1 / cpu:.0f} per CPU second)" for name, cpu in result.cpu.items()]
    _print(
        f"{label:12}{result.pages:5} pages   {'   '.join(speeds)}   this / other {result.ratio:.3f}, "
        f"median of pairs {result.pairs:.3f}   {result.same} with the same result"
    )


def _print(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m bench in_turn", description="Compare with another version.")
    parser.add_argument("other", type=Path, help="another working copy of this repository")
    parser.add_argument("folder", nargs="?", type=Path, default=SAMPLE.parent / "pdf_digital")
    parser.add_argument("--rounds", type=int, default=6)
    parser.add_argument("--threads", type=int, default=1, help="threads of the engine")
    parser.add_argument("--limit", type=int, help="maximum number of files")
    parser.add_argument("--layout", default="", help="the option of this version; without it, the default")
    parser.add_argument("--other-layout", default="", help="the same for the other version")
    return parser
