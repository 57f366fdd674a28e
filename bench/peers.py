"""``python -m bench peers [FOLDER]``: compare our engine with other OCR programs on the same images.

Each program runs in a separate process, and they take turns. A program that cannot run is listed with the reason. The
other programs have their own environment (`make bench-peers`).
"""

import argparse
import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import asdict
from functools import partial
from pathlib import Path

from bench.arguments import create_parser, run_on_images, subset_of
from bench.machine import describe
from bench.readers.process import REPOSITORY, Reader, ReaderFailed
from bench.rounds import Record, Result, read_in_turn, result_of
from paddleocr_service import Catalogue
from paddleocr_service.runtimes import ONNXRUNTIME, default_threads

OURS = "ours"
READERS = (OURS, "rapidocr", "rapidocr-openvino", "paddleocr", "paddlex-serving", "tesseract")
_WITHOUT_PEERS_ENVIRONMENT = (OURS, "tesseract")
PEERS_PYTHON = REPOSITORY / ".venv-peers" / "bin" / "python"


def main(arguments: list[str]) -> int:
    options = _parser().parse_args(arguments)
    return run_on_images(options, f", {options.threads} threads each", partial(_run, options))


def _run(options: argparse.Namespace, images: list[Path]) -> int:
    """Run the comparison and print its results. Return the exit code."""
    names = list(dict.fromkeys([OURS, *options.readers]))
    settings = {name: _settings(name, options) for name in names}
    pythons = {name: sys.executable if name in _WITHOUT_PEERS_ENVIRONMENT else options.peers_python for name in names}
    results, failed = compare(settings, pythons, images, options.rounds)
    for line in table(results, "peer", "peer / ours"):
        sys.stdout.write(line + "\n")
    for name, reason in failed.items():
        sys.stdout.write(f"\n{name} could not be measured: {reason}\n")
    if options.json:
        document = {"machine": describe(), "images": [path.name for path in images], "rounds": options.rounds}
        document |= {"results": {name: asdict(result) for name, result in results.items()}, "failed": failed}
        options.json.write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")
    return 1 if OURS in failed else 0


def _settings(name: str, options: argparse.Namespace) -> dict:
    """Return the settings of a reader. The programs based on PaddleOCR use the same weights as our engine."""
    if not name.startswith("paddle"):
        return {"threads": options.threads}
    catalogue = Catalogue(runtime=ONNXRUNTIME)
    models = catalogue.resolve("en")
    parts = {"detector": models.detector, "recogniser": models.recogniser}
    folders = {part: (model.name, str(model.prepare(catalogue.cache_dir))) for part, model in parts.items()}
    return {"threads": options.threads, **folders}


def compare(
    settings: Mapping[str, dict], pythons: Mapping[str, str | Path], images: Sequence[Path], rounds: int
) -> tuple[dict[str, Result], dict[str, str]]:
    """Return the results and the reasons of failures, by name. The first name is the reference of all ratios."""
    failed: dict[str, str] = {}
    with ExitStack() as stack:
        readers: dict[str, Reader] = {}
        for name in settings:
            try:
                readers[name] = stack.enter_context(Reader(name, dict(settings[name]), pythons[name]))
            except ReaderFailed as error:
                failed[name] = _reason(error, Path(pythons[name]))
        records = read_in_turn(readers, images, rounds) if readers else {}
    failed |= {name: record.failed for name, record in records.items() if record.failed}
    return _results(records, next(iter(settings)), images), failed


def _results(records: Mapping[str, Record], reference: str, images: Sequence[Path]) -> dict[str, Result]:
    if reference not in records or records[reference].failed:
        return {}
    truths = {path.name: path.with_suffix(".txt").read_text(encoding="utf-8") for path in images}
    return {
        name: result_of(record, records[reference], truths) for name, record in records.items() if not record.failed
    }


def _reason(error: ReaderFailed, python: Path) -> str:
    return str(error) if python.exists() else f"{python} does not exist; create it with `make bench-peers`"


def table(results: Mapping[str, Result], label: str, ratio_label: str) -> Iterator[str]:
    """Yield the lines of a Markdown table."""
    yield f"| {label} | seconds per image | images per second | {ratio_label} | word F1 | CER | peak MB |"
    yield "|---|---|---|---|---|---|---|"
    for name, result in results.items():
        yield (
            f"| {name} | {result.seconds:.3f} | {result.images_per_second:.2f} | {result.ratio:.2f} | {result.f1:.4f}"
            f" | {result.cer:.4f} | {result.peak_mb} |"
        )


def _parser() -> argparse.ArgumentParser:
    parser = create_parser("peers", "Compare our engine with other OCR programs.")
    parser.add_argument("--threads", type=int, default=default_threads(), help="threads of each program")
    parser.add_argument("--readers", type=subset_of(READERS), default=READERS, help=f"some of {','.join(READERS)}")
    parser.add_argument("--peers-python", type=Path, default=PEERS_PYTHON, help="Python of the peers' environment")
    parser.add_argument("--json", type=Path, metavar="FILE", help="also write the results to this file")
    return parser
