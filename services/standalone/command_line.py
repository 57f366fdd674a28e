"""The command line for documents: `python -m paddleocr_service FILE …`."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from paddleocr_service import EngineError, NullEngine, OCREngine
from paddleocr_service.engine_arguments import OTHER_COMMANDS, add_engine_arguments, engine_of, parser_for
from services.exports.formats import BY_NAME, NAMES, Format
from services.ocr_service.options import DocumentOptions
from services.standalone.conversion import reading, write, write_file
from services.standalone.files import Conversion, conversions
from services.standalone.options import add_document_arguments, document_options
from services.standalone.progress import ProgressBar

_OPTIONS = ("lang", "dpi", "pages", "detail", "mode", "orientation", "layout", "extract", "mask")


def main(arguments: Sequence[str], engine: OCREngine | NullEngine | None = None) -> int:
    """Return the exit code: 0, or 1 if a file or a page could not be read. The reason is printed to stderr.

    Raises EngineError for what concerns all files.
    """
    parser = _parser()
    given = parser.parse_args(arguments)
    chosen = BY_NAME["json" if given.json else given.format]
    options = document_options({name: getattr(given, name) for name in _OPTIONS}, chosen)
    try:
        work = list(conversions(given.source, given.output, chosen))
    except ValueError as error:
        parser.error(str(error))
    engine = engine or engine_of(given)
    engine.info(options.lang)  # reports missing models once, not for each file
    bar = ProgressBar(len(work))
    return int(sum([_convert(each, chosen, options, engine, bar) for each in work]) > 0)


def _convert(
    files: Conversion, chosen: Format, options: DocumentOptions, engine: OCREngine | NullEngine, bar: ProgressBar
) -> bool:
    """Whether the file or one of its pages failed."""
    bar.start(files.source.name)
    try:
        with reading(files.source, options, engine, bar.page) as read:
            if files.target is None:
                write(read, chosen, sys.stdout.buffer)
                sys.stdout.buffer.write(b"\n" if chosen.name == "text" else b"")
                sys.stdout.buffer.flush()
            else:
                write_file(read, chosen, files.target)
            messages = [f"{files.source}: {message}" for message in read.errors]
    except (EngineError, OSError) as error:
        messages = [f"{files.source}: {getattr(error, 'message', error)}"]
    for message in messages:
        bar.message(message)
    bar.finish()
    return bool(messages)


def _parser() -> argparse.ArgumentParser:
    parser = parser_for("", f"Read images and PDFs, and write their text in any format. {OTHER_COMMANDS}")
    parser.add_argument("source", type=Path, nargs="+", help="images, PDFs, or folders of them")
    parser.add_argument("-f", "--format", choices=NAMES, default="text", help="default: %(default)s")
    parser.add_argument(
        "-o", "--output", type=Path, help="the file to write, the folder for several, or - for standard output"
    )
    add_engine_arguments(parser)
    add_document_arguments(parser)
    return parser
