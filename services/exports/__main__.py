"""Command line: convert images and PDFs, one or a whole folder.

python -m services.exports scan.pdf --format pdf -o searchable.pdf
python -m services.exports scans/ --format markdown -o texts/
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, cast

from paddleocr_service import NullEngine, OCREngine
from services.errors import OCRServiceError
from services.exports import outputs
from services.exports.formats import BY_NAME, JSON, NAMES, Format, render
from services.exports.image_pdf import frames_of
from services.exports.result import Result
from services.ocr_service.document import OCRService
from services.ocr_service.helpers.image_processor import open_picture
from services.ocr_service.helpers.text_extractor import Page
from services.ocr_service.options import DocumentOptions
from services.ocr_service.result_document import ResultDocument
from utils.sniffing import sniff_file

MAX_PIXELS = 100_000_000
_BAR = 30


def main(arguments: list[str] | None = None, engine: OCREngine | NullEngine | None = None) -> int:
    """Return the exit code: 0, or 1 if a file could not be converted. The reason is printed to stderr."""
    given = _parser().parse_args(arguments)
    chosen = BY_NAME[given.format]
    options = DocumentOptions(
        lang=given.lang,
        dpi=given.dpi,
        pages=given.pages,
        detail=given.detail,
        mode=given.mode,
        orientation=given.orientation,
        outputs=given.format if chosen.needs_source else "",
    )
    service = OCRService(engine or OCREngine(lang=options.lang), MAX_PIXELS)
    failed = 0
    for source, target in _progress(list(_files(given.source, given.output, chosen))):
        try:
            convert(service, source, target, chosen, options)
        except (OCRServiceError, OSError) as error:
            failed += 1
            sys.stderr.write(f"\r{source}: {getattr(error, 'message', error)}\n")
    return int(failed > 0)


def convert(service: OCRService, source: Path, target: Path, chosen: Format, options: DocumentOptions) -> None:
    """Read an image or a PDF, and write it in a format. The target appears when it is complete.

    Raises OCRServiceError, and OSError if a file cannot be read or written.
    """
    kind = "pdf" if sniff_file(source) == "application/pdf" else "image"
    frames = 1
    if kind == "image":
        with open_picture(source, max_pixels=MAX_PIXELS) as picture:
            frames = frames_of(picture)
    with service.open(source, kind, options, frames) as document:
        pages = [document.recognize(number) for number in document.page_numbers]
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=target.parent, delete=False) as out:
        unfinished = Path(out.name)
        try:
            if chosen.needs_source:
                outputs.create(chosen.name, source, _Pages(pages), cast(BinaryIO, out))
            else:
                result = ResultDocument(kind, len(pages), service.engine_of(options), options, 0.0)
                out.writelines(_converted(b"".join(result.parts(pages)) + b"}", source.name, chosen))
        except BaseException:
            unfinished.unlink()
            raise
    unfinished.replace(target)


@dataclass(frozen=True)
class _Pages:
    """Pages with their words, which a result may lack."""

    read: list[Page]

    def pages(self) -> Iterator[Page]:
        return iter(self.read)


def _converted(result: bytes, name: str, chosen: Format) -> Iterable[bytes]:
    return [result] if chosen is JSON else render(Result.of(json.loads(result), name), chosen).parts


def _files(source: Path, output: Path | None, chosen: Format) -> Iterator[tuple[Path, Path]]:
    """Each file to convert and the file to write. A folder is searched with all folders in it."""
    extension = "pdf" if chosen.needs_source else chosen.extension
    if not source.is_dir():
        target = output or source.with_name(f"{source.stem}.{chosen.name}.{extension}")
        yield source, target
        return
    for path in sorted(path for path in source.rglob("*") if path.is_file() and sniff_file(path)):
        # The whole name stays: a folder may have scan.jpg and scan.pdf.
        relative = path.relative_to(source)
        yield path, (output or source) / relative.with_name(f"{relative.name}.{extension}")


def _progress(files: list[tuple[Path, Path]]) -> Iterator[tuple[Path, Path]]:
    """The files, with a bar on a terminal."""
    shown = sys.stderr.isatty() and len(files) > 1
    for done, pair in enumerate(files):
        if shown:
            bar = "#" * (_BAR * done // len(files))
            sys.stderr.write(f"\r[{bar:{_BAR}}] {done}/{len(files)} {pair[0].name[:30]:30}")
            sys.stderr.flush()
        yield pair
    if shown:
        sys.stderr.write(f"\r[{'#' * _BAR}] {len(files)}/{len(files)} {'':30}\n")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m services.exports", description="Convert images and PDFs.")
    parser.add_argument("source", type=Path, help="an image, a PDF, or a folder of them")
    parser.add_argument("-f", "--format", choices=NAMES, default="pdf", help="default: %(default)s")
    parser.add_argument("-o", "--output", type=Path, help="the file to write, or the folder if SOURCE is one")
    parser.add_argument("--lang", default="en")
    parser.add_argument("--dpi", type=int, default=300, help="resolution at which PDF pages are rendered")
    parser.add_argument("--pages", default="", help="such as 1-3,7")
    parser.add_argument("--detail", choices=["line", "word"], default="line")
    parser.add_argument("--mode", choices=["auto", "ocr", "text"], default="auto")
    parser.add_argument("--orientation", choices=["auto", "off"], default="auto")
    return parser


if __name__ == "__main__":
    sys.exit(main())
