"""``python -m bench peers [FOLDER]``: us and the peers over the same pictures, in turn, each in a process of its own.

A peer that cannot run here is named with the reason. The peers have an environment of their own (`make bench-peers`).
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import asdict
from functools import partial
from pathlib import Path

from bench.arguments import over_pictures, parser_of, some_of
from bench.machine import describe
from bench.readers.process import REPOSITORY, Reader, ReaderFailed
from bench.rounds import Record, Result, read_in_turn, result_of
from paddleocr_service import Catalogue
from paddleocr_service.runtimes import ONNXRUNTIME, default_threads

OURS = "ours"
READERS = (OURS, "rapidocr", "rapidocr-openvino", "paddleocr", "paddlex-serving", "tesseract")
_AT_HOME = (OURS, "tesseract")  # need nothing of the peers' environment
PEERS_PYTHON = REPOSITORY / ".venv-peers" / "bin" / "python"


def main(arguments: list[str]) -> int:
    chosen = _parser().parse_args(arguments)
    return over_pictures(chosen, f", {chosen.threads} threads each", partial(_tell, chosen))


def _tell(chosen: argparse.Namespace, found: list[Path]) -> int:
    """Read the pictures and tell the results; returns the exit status."""
    names = list(dict.fromkeys([OURS, *chosen.readers]))
    settings = {name: _settings(name, chosen) for name in names}
    pythons = {name: sys.executable if name in _AT_HOME else chosen.peers_python for name in names}
    results, failed = compare(settings, pythons, found, chosen.rounds)
    for line in table(results, "peer", "peer / ours"):
        sys.stdout.write(line + "\n")
    for name, reason in failed.items():
        sys.stdout.write(f"\n{name} could not be measured: {reason}\n")
    if chosen.json:
        told = {"machine": describe(), "pictures": [path.name for path in found], "rounds": chosen.rounds}
        told |= {"results": {name: asdict(one) for name, one in results.items()}, "failed": failed}
        chosen.json.write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")
    return 1 if OURS in failed else 0


def _settings(name: str, chosen: argparse.Namespace) -> dict:
    """What the reader is told. The peers that are PaddleOCR's own read with the weights that we read with."""
    if not name.startswith("paddle"):
        return {"threads": chosen.threads}
    catalogue = Catalogue(runtime=ONNXRUNTIME)
    models = catalogue.resolve("en")
    parts = {"detector": models.detector, "recogniser": models.recogniser}
    folders = {part: (model.name, str(model.prepare(catalogue.cache_dir))) for part, model in parts.items()}
    return {"threads": chosen.threads, **folders}


def compare(
    settings: Mapping[str, dict], pythons: Mapping[str, str | Path], found: Sequence[Path], rounds: int
) -> tuple[dict[str, Result], dict[str, str]]:
    """(results, reasons of those that could not be measured), by name; the first name is what all are held against."""
    failed: dict[str, str] = {}
    with ExitStack() as running:
        readers: dict[str, Reader] = {}
        for name in settings:
            try:
                readers[name] = running.enter_context(Reader(name, dict(settings[name]), pythons[name]))
            except ReaderFailed as error:
                failed[name] = _reason(error, Path(pythons[name]))
        records = read_in_turn(readers, found, rounds) if readers else {}
    failed |= {name: record.failed for name, record in records.items() if record.failed}
    return _results(records, next(iter(settings)), found), failed


def _results(records: Mapping[str, Record], first: str, found: Sequence[Path]) -> dict[str, Result]:
    if first not in records or records[first].failed:
        return {}
    truths = {path.name: path.with_suffix(".txt").read_text(encoding="utf-8") for path in found}
    return {name: result_of(one, records[first], truths) for name, one in records.items() if not one.failed}


def _reason(error: ReaderFailed, python: Path) -> str:
    return str(error) if python.exists() else f"there is no {python}; `make bench-peers` makes it"


def table(results: Mapping[str, Result], what: str, against: str) -> Iterator[str]:
    """Lines of a table in Markdown."""
    yield f"| {what} | seconds an image | images a second | {against} | word F1 | CER | peak MB |"
    yield "|---|---|---|---|---|---|---|"
    for name, one in results.items():
        yield (
            f"| {name} | {one.seconds:.3f} | {one.images_a_second:.2f} | {one.ratio:.2f} | {one.f1:.4f} | {one.cer:.4f}"
            f" | {one.peak_mb} |"
        )


def _parser() -> argparse.ArgumentParser:
    parser = parser_of("peers", "Us and the peers, in turn.")
    parser.add_argument("--threads", type=int, default=default_threads(), help="of each reader")
    parser.add_argument("--readers", type=some_of(READERS), default=READERS, help=f"some of {','.join(READERS)}")
    parser.add_argument("--peers-python", type=Path, default=PEERS_PYTHON, help="the Python of the peers' environment")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the results there as well")
    return parser
