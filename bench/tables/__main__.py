"""``python -m bench tables [FOLDER]``: find the tables of images and PDFs, and compare their cells with the truth.

The truth is a file of the same name: ``page.png``, ``page.tables.json``. Images are of one table each (as in
PubTabNet): the largest table found is compared by TEDS. PDFs are compared by adjacency, over all tables of a page; a
page without tables counts if one is found there.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import time
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from bench.machine import describe
from bench.peers import PEERS_PYTHON
from bench.readers.process import Reader, ReaderFailed
from bench.tables.scores import Adjacency, Rows, adjacency, teds

SAMPLE = Path(__file__).resolve().parents[3] / "shared" / "data" / "tables"
OURS, PEERS = ("ours", "ours-geometry"), ("rapid-table", "img2table")


def main(arguments: list[str] | None = None) -> int:
    options = _parser().parse_args(arguments)
    paths = sorted(options.folder.glob("*.png")) + sorted(options.folder.glob("*.pdf"))
    paths = [path for path in paths if _truth_of(path).is_file()]
    if not paths:
        print(f"No image or PDF with a .tables.json file found in {options.folder}.", file=sys.stderr)
        return 2
    print(f"machine   {describe()}")
    print(f"files     {len(paths)} of {options.folder}, {options.threads} thread\n")
    with ExitStack() as stack:
        for name in options.readers:
            python = options.peers_python if name in PEERS else sys.executable
            settings = {"threads": options.threads, "reader": f"tables-{name.removesuffix('-geometry')}"}
            if name == "ours-geometry":
                settings["layout"] = "geometry"
            try:
                reader = stack.enter_context(Reader(name, settings, python))
                _measure(reader, paths, options.verbose)
            except ReaderFailed as error:
                print(f"{name} could not be measured: {error}")
    return 0


def _measure(reader: Reader, paths: Sequence[Path], verbose: bool) -> None:
    """Print the figures of one program; the halves are files at even and odd places of the list."""
    structure: list[list[float]] = [[], []]
    text: list[list[float]] = [[], []]
    pairs = [Adjacency(), Adjacency()]
    seconds = 0.0
    for at, path in enumerate(paths):
        started = time.perf_counter()
        found = {int(page): tables for page, tables in json.loads(reader.read(path).text).items()}
        seconds += time.perf_counter() - started
        truth = json.loads(_truth_of(path).read_text(encoding="utf-8"))["tables"]
        if path.suffix == ".pdf":
            score = _score_pdf(found, truth)
            pairs[at % 2] += score
            figures = f"adjacency F1 {score.f1:.3f}"
        else:
            largest = max(found.get(1, []), key=lambda rows: sum(map(len, rows)), default=[])
            both = teds(largest, _rows(truth[0]))
            structure[at % 2].append(both[0])
            text[at % 2].append(both[1])
            figures = f"TEDS {both[0]:.3f} structure, {both[1]:.3f} with text"
        if verbose:
            print(f"          {path.name:32} {figures}")
    total = Adjacency()
    total += pairs[0]
    total += pairs[1]
    print(
        f"{reader.name:14} TEDS {_means(structure)} structure, {_means(text)} with text; "
        f"adjacency F1 {total.f1:.3f} (halves {pairs[0].f1:.3f}, {pairs[1].f1:.3f}); {seconds:.1f} s",
        flush=True,
    )


def _means(halves: Sequence[Sequence[float]]) -> str:
    means = [statistics.fmean(half) if half else 0.0 for half in halves]
    return f"{statistics.fmean([*halves[0], *halves[1]] or [0.0]):.3f} (halves {means[0]:.3f}, {means[1]:.3f})"


def _score_pdf(found: dict[int, list[Rows]], truth: Sequence[dict[str, Any]]) -> Adjacency:
    total = Adjacency()
    for page in {*found, *(table["page"] for table in truth)}:
        total += adjacency(found.get(page, []), [table["rows"] for table in truth if table["page"] == page])
    return total


def _rows(table: dict[str, Any]) -> Rows:
    header = table.get("header_rows") or 0
    return [[{**cell, "is_header": at < header} for cell in row] for at, row in enumerate(table["rows"])]


def _truth_of(path: Path) -> Path:
    return path.with_name(f"{path.stem}.tables.json")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m bench tables", description="Find tables and compare their cells.")
    parser.add_argument("folder", nargs="?", type=Path, default=SAMPLE)
    parser.add_argument("--readers", type=lambda text: text.split(","), default=[*OURS, *PEERS])
    parser.add_argument("--peers-python", type=Path, default=PEERS_PYTHON)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("-v", "--verbose", action="store_true")
    return parser


if __name__ == "__main__":
    raise SystemExit(main())
