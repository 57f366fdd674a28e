"""Reads one image or PDF, and writes its result in a format."""

from __future__ import annotations

import json
import os
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, cast

from paddleocr_service import NullEngine, OCREngine, UnreadableDocument
from services.errors import OCRServiceError
from services.exports import outputs
from services.exports.formats import BY_NAME, JSON, MAX_SIDE, Format, render
from services.exports.image_pdf import frames_of
from services.exports.result import Result
from services.ocr_service.document import Document, OCRService
from services.ocr_service.helpers.image_processor import open_picture
from services.ocr_service.options import DocumentOptions
from services.ocr_service.result_document import ResultDocument, failed_page
from services.standalone.options import document_options
from services.standalone.spooled_pages import SpooledPages
from utils.sniffing import sniff_file

MAX_PIXELS = 100_000_000
Engine = OCREngine | NullEngine
AnyPath = str | os.PathLike[str]


@dataclass(frozen=True)
class Reading:
    """A document that has been read. errors: messages of the pages that failed, if not all of them did.

    masked: its result hides numbers.
    """

    source: Path
    pages: SpooledPages
    result: Callable[[], dict[str, Any]]
    errors: tuple[str, ...]
    masked: bool = False


def read_document(source: AnyPath, *, engine: Engine | None = None, **options: Any) -> dict[str, Any]:
    """See `paddleocr_service.documents`."""
    with reading(Path(source), document_options(options), engine) as read:
        return read.result()


def convert(source: AnyPath, target: AnyPath, *, format: str, engine: Engine | None = None, **options: Any) -> None:
    """See `paddleocr_service.documents`."""
    if format not in BY_NAME:
        raise UnreadableDocument(f"Unknown format {format!r}. Known: {', '.join(BY_NAME)}.", "invalid_option")
    chosen = BY_NAME[format]
    with reading(Path(source), document_options(options, chosen), engine) as read:
        write_file(read, chosen, Path(target))


@contextmanager
def reading(
    source: Path,
    options: DocumentOptions,
    engine: Engine | None = None,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> Iterator[Reading]:
    """Read a document, which exists inside the context. progress: is called with the pages done and all pages.

    Raises UnreadableDocument and other EngineErrors.
    """
    service = OCRService(engine or OCREngine(lang=options.lang), MAX_PIXELS)
    started = time.perf_counter()
    with _as_engine_errors(source), SpooledPages() as pages:
        service.engine_of(options)  # reports missing models before anything is read
        kind = "pdf" if sniff_file(source) == "application/pdf" else "image"
        with service.open(source, kind, options, _frames(source, kind)) as document:
            errors = _read_pages(document, pages, progress)
        seconds = time.perf_counter() - started

        def result() -> dict[str, Any]:
            document = ResultDocument(kind, len(pages), service.engine_of(options), options, seconds)
            return cast(dict[str, Any], json.loads(b"".join(document.parts(pages.pages())) + b"}"))

        yield Reading(source, pages, result, errors, bool(options.mask))


def write_file(read: Reading, chosen: Format, target: Path) -> None:
    """The target appears when it is complete. Its folder is created. Raises UnreadableDocument and OSError."""
    target.parent.mkdir(parents=True, exist_ok=True)
    unfinished = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        with unfinished.open("wb") as out:
            write(read, chosen, out, as_picture=target.suffix.lower() == ".png")
        unfinished.replace(target)
    except BaseException:
        unfinished.unlink(missing_ok=True)
        raise


def write(read: Reading, chosen: Format, out: BinaryIO, as_picture: bool = False) -> None:
    """as_picture: a single annotated page as PNG instead of a PDF. Raises UnreadableDocument."""
    with _as_engine_errors(read.source):
        if chosen.name == "annotated" and as_picture:
            out.write(_picture(read))
        elif chosen.needs_source:
            outputs.create(chosen.name, read.source, read.pages, out, read.masked)
        else:
            out.writelines(_converted(read.result(), read.source.name, chosen))


def _picture(read: Reading) -> bytes:
    """A PNG of the only page that was read."""
    if len(read.pages) > 1:
        raise UnreadableDocument("A PNG shows one page. Choose it with `pages`, or write a PDF.", "invalid_option")
    (page,) = read.pages.pages()
    with tempfile.NamedTemporaryFile() as annotated:
        outputs.create("annotated", read.source, read.pages, cast(BinaryIO, annotated), read.masked)
        annotated.flush()
        return outputs.draw(annotated.name, page["page"], min(MAX_SIDE, max(page["width"], page["height"])))


def _converted(result: dict[str, Any], name: str, chosen: Format) -> Iterable[bytes]:
    if chosen is JSON:
        return [json.dumps(result, ensure_ascii=False, indent=2).encode("utf-8", "replace"), b"\n"]
    if chosen.name == "csv":  # one file, also if there are several tables
        return chosen.export(Result.of(result, name))
    return render(Result.of(result, name), chosen).parts


def _read_pages(document: Document, pages: SpooledPages, progress: Callable[[int, int], None]) -> tuple[str, ...]:
    """A page that fails does so alone, as in a job. If all fail, the document does."""
    numbers = document.page_numbers
    errors: list[OCRServiceError] = []
    messages: list[str] = []
    for done, number in enumerate(numbers, 1):
        try:
            page = document.recognize(number)
        except OCRServiceError as error:
            errors.append(error)
            messages.append(f"page {number}: {error.message}")
            page = failed_page(number, error)
        pages.append(page)
        progress(done, len(numbers))
    if errors and len(errors) == len(numbers):
        raise errors[0]
    return tuple(messages)


def _frames(source: Path, kind: str) -> int:
    if kind == "pdf":
        return 1
    with open_picture(source, max_pixels=MAX_PIXELS) as picture:
        return frames_of(picture)


@contextmanager
def _as_engine_errors(source: Path) -> Iterator[None]:
    try:
        yield
    except OCRServiceError as error:
        raise UnreadableDocument(error.message, error.code) from error
    except FileNotFoundError as error:
        if error.filename == os.fspath(source):
            raise UnreadableDocument("File not found.", "not_found") from error
        raise
