"""``python -m bench faults [FOLDER]``: score by kind of fault, next to other programs.

Other programs read pictures only, so they get PDF pages rendered at 200 dpi. A kind about warnings or forms is 0 for
programs that have none.
"""

import argparse
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from statistics import fmean

import pymupdf

from bench.arguments import subset_of
from bench.faults.score import SAMPLE, Fault, find_faults, score
from bench.machine import describe
from bench.peers import OURS, PEERS_PYTHON
from bench.readers.process import Reader, ReaderFailed
from paddleocr_service.runtimes import default_threads

READERS = (OURS, "rapidocr", "tesseract")
_DPI = 200
#: Marks the codes of warnings, which our reader adds to its text.
_WARNING = "[warning] "


def main(arguments: list[str] | None = None) -> int:
    """Return the exit code: 0, 2 if there are no inputs."""
    options = _parser().parse_args(arguments)
    faults = find_faults(options.folder)
    if not faults:
        sys.stderr.write(f"No description of a fault found in {options.folder}.\n")
        return 2
    sys.stdout.write(f"machine   {describe()}\n\n")
    scores = measure(faults, options)
    for line in _table(faults, scores):
        sys.stdout.write(line + "\n")
    if options.verbose:
        for line in _worst(faults, scores):
            sys.stdout.write(line + "\n")
    return 0


def measure(faults: Sequence[Fault], options: argparse.Namespace) -> dict[str, dict[Path, float]]:
    """The score of each input, by program. Programs that cannot start are named on stderr and left out."""
    scores: dict[str, dict[Path, float]] = {}
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="bench-faults-")))
        for name in options.readers:
            python = options.peers_python if name == "rapidocr" else sys.executable
            settings = {"threads": default_threads()}
            if name == OURS:
                settings |= {"reader": "document", "mode": "auto"}
            try:
                reader = stack.enter_context(Reader(name, settings, python))
            except ReaderFailed as error:
                sys.stderr.write(f"{name} is left out: {error}\n")
                continue
            scores[name] = {fault.path: _score(reader, fault, folder) for fault in faults}
    return scores


def _score(reader: Reader, fault: Fault, folder: Path) -> float:
    try:
        if reader.name == OURS:
            answer = reader.read(fault.path, **fault.options)
        else:
            answer = reader.read(_picture_of(fault, folder))
    except ReaderFailed as error:
        sys.stderr.write(f"{fault.path.name}: {reader.name}: {error}\n")
        return 0.0
    text, *warnings = answer.text.split(_WARNING)
    return score(fault, text, tuple(warning.strip() for warning in warnings))


def _picture_of(fault: Fault, folder: Path) -> Path:
    if not fault.is_pdf:
        return fault.path
    path = folder / f"{fault.path.stem}.png"
    if not path.exists():
        with pymupdf.open(fault.path) as document:
            document[0].get_pixmap(dpi=_DPI).save(path)
    return path


def _table(faults: Sequence[Fault], scores: dict[str, dict[Path, float]]) -> Iterator[str]:
    """The lines of a Markdown table: mean scores by kind, and the number of inputs that are entirely right."""
    kinds: dict[tuple[str, str], list[Path]] = defaultdict(list)
    for fault in faults:
        kinds[fault.kind, fault.title].append(fault.path)
    yield f"| kind | inputs | {' | '.join(scores)} |"
    yield f"|---|---|{'---|' * len(scores)}"
    for (kind, title), paths in kinds.items():
        cells = (f"{fmean(score_of[path] for path in paths):.2f}" for score_of in scores.values())
        yield f"| {kind} {title} | {len(paths)} | {' | '.join(cells)} |"
    cells = (f"{fmean(score_of.values()):.2f}" for score_of in scores.values())
    yield f"| all | {len(faults)} | {' | '.join(cells)} |"


def _worst(faults: Sequence[Fault], scores: dict[str, dict[Path, float]]) -> Iterator[str]:
    for fault in faults:
        cells = ", ".join(f"{name} {score_of[fault.path]:.3f}" for name, score_of in scores.items())
        yield f"{fault.kind} {fault.path.name:32} {cells}"


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m bench faults", description="Score by kind of fault.")
    parser.add_argument("folder", nargs="?", type=Path, default=SAMPLE)
    parser.add_argument("--readers", type=subset_of(READERS), default=READERS, help=f"some of {','.join(READERS)}")
    parser.add_argument("--peers-python", type=Path, default=PEERS_PYTHON, help="Python of the peers' environment")
    parser.add_argument("-v", "--verbose", action="store_true", help="also print the score of each input")
    return parser


if __name__ == "__main__":
    sys.exit(main())
