"""``python -m bench searchable_pdf [FOLDER ...]``. See the package."""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from bench.dense import draw_images
from bench.machine import describe
from bench.metrics import WordScore, word_f1
from bench.ocr import SAMPLE
from bench.peers import PEERS_PYTHON
from bench.searchable_pdf import checks
from bench.searchable_pdf.poppler import text_of
from bench.searchable_pdf.writers import Ours, run_ocrmypdf, run_ours, write_ours
from paddleocr_service import OCREngine

DATA = SAMPLE.parent
FOLDERS = ("pdf_scanned", "pages", "rotated")
TYPES = {".pdf", ".png", ".jpg", ".jpeg", ".tif"}


@dataclass
class Totals:
    """What was measured on the files of a folder."""

    files: int = 0
    pages: int = 0
    reading: float = 0.0
    command: float = 0.0
    peer: float = 0.0
    worst_loss: float = 0.0
    overlaps: list[float] = field(default_factory=list)
    writing: list[float] = field(default_factory=list)
    ours: WordScore = field(default_factory=WordScore)
    theirs: WordScore = field(default_factory=WordScore)
    problems: list[str] = field(default_factory=list)


def main(arguments: list[str]) -> int:
    """Return the exit code: 0, or 1 if a PDF does not keep what it must."""
    parser = argparse.ArgumentParser(prog="python -m bench searchable_pdf", description=__doc__.splitlines()[0])
    parser.add_argument("folders", nargs="*", type=Path, default=[DATA / name for name in FOLDERS])
    parser.add_argument("--only", default="*", metavar="PATTERN", help="file name pattern, such as 'multicol_*'")
    parser.add_argument("--limit", type=int, help="maximum number of files of each folder")
    parser.add_argument("--dense", type=int, default=0, metavar="PAGES", help="also dense pages, which are drawn")
    parser.add_argument("--peers-python", type=Path, default=PEERS_PYTHON, help="the environment with OCRmyPDF")
    parser.add_argument("--alone", action="store_true", help="without OCRmyPDF")
    options = parser.parse_args(arguments)
    engine = OCREngine()
    engine.warm_up()
    _print(f"machine   {describe()}\n")
    failed = False
    with tempfile.TemporaryDirectory(prefix="bench-") as work:
        dense = Path(work) / "dense"
        dense.mkdir()
        draw_images(dense, options.dense)
        for folder in (*options.folders, dense):
            files = sorted(path for path in folder.glob(options.only) if path.suffix in TYPES)[: options.limit]
            totals = Totals()
            for path in files:
                _measure(totals, engine, path, Path(work), None if options.alone else options.peers_python)
            for line in _report(folder.name, totals):
                _print(line)
            failed = failed or bool(totals.problems)
    return int(failed)


def _measure(totals: Totals, engine: OCREngine, source: Path, work: Path, peers_python: Path | None) -> None:
    pdf = work / "ours.pdf"
    ours = write_ours(engine, source, pdf)
    totals.files += 1
    totals.pages += len(ours.pages)
    totals.reading += ours.seconds
    totals.writing.append(ours.writing / len(ours.pages))
    found = text_of(pdf)
    loss = 1 - word_f1(ours.text, found)
    totals.worst_loss = max(totals.worst_loss, loss)
    overlaps = list(checks.overlaps(pdf, ours.pages))
    totals.overlaps += overlaps
    totals.problems += [f"{source.name}: {problem}" for problem in _problems(source, pdf, ours)]
    line = f"{source.name:28} {len(ours.pages):3} pages   {1000 * totals.writing[-1]:6.1f} ms a page for the PDF"
    line += f"   F1 against JSON {1 - loss:.4f}   overlap {statistics.mean(overlaps or [1]):.3f}"
    truth = source.with_suffix(".txt")
    if truth.exists():
        line += f"   word F1 {totals.ours.add(truth.read_text(), found):.3f}"
    if peers_python:
        line += _compare(totals, source, work / "theirs.pdf", peers_python)
    _print(line)


def _compare(totals: Totals, source: Path, pdf: Path, python: Path) -> str:
    """Run both commands on the same file, one after the other."""
    try:
        theirs = run_ocrmypdf(python, source, pdf)
    except subprocess.CalledProcessError as error:
        return f"   OCRmyPDF failed: {error.stderr.strip().splitlines()[-1:]}"
    command = run_ours(source, pdf.with_name("command.pdf"))
    totals.peer += theirs
    totals.command += command
    line = f"   OCRmyPDF {theirs:.1f} s, our command {command:.1f} s"
    truth = source.with_suffix(".txt")
    if truth.exists():
        line += f", word F1 {totals.theirs.add(truth.read_text(), text_of(pdf)):.3f}"
    return line


def _problems(source: Path, pdf: Path, ours: Ours) -> Iterator[str]:
    if checks.keeps_images(source, pdf) is False:
        yield "images changed"
    yield from checks.faults(pdf)
    if pdf.stat().st_size > checks.may_be_large(source, len(ours.pages)):
        yield f"{pdf.stat().st_size} bytes of {source.stat().st_size}"


def _report(name: str, totals: Totals) -> Iterator[str]:
    if not totals.files:
        return
    yield ""
    yield f"folder    {name}: {totals.files} files, {totals.pages} pages"
    yield f"reading   {totals.reading:.1f} s with a loaded engine"
    if totals.peer:
        yield f"commands  {totals.command:.1f} s ours, {totals.peer:.1f} s OCRmyPDF: {totals.peer / totals.command:.2f}"
    yield f"writing   {1000 * statistics.mean(totals.writing):.1f} ms a page, at most {1000 * max(totals.writing):.1f}"
    yield f"JSON      word F1 of pdftotext at most {totals.worst_loss:.4f} lower"
    yield f"overlap   {statistics.mean(totals.overlaps or [1]):.3f} with the words of the JSON"
    if totals.ours.expected:
        yield f"truth     word F1 {totals.ours.f1:.4f} ours" + (
            f", {totals.theirs.f1:.4f} OCRmyPDF" if totals.theirs.expected else ""
        )
    yield from _problem_lines(totals.problems)
    yield ""


def _problem_lines(problems: Sequence[str]) -> Iterator[str]:
    if not problems:
        yield "checks    images byte for byte, no faults, sizes within 1.05 times the file and 20 kB a page"
    for problem in problems:
        yield f"problem   {problem}"


def _print(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
