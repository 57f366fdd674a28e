"""Command line: read a file with the options of a job, print its result as JSON.

python -m services.ocr_service scan.jpg --extract all
python -m services.ocr_service scan.pdf --extract ids --mask aadhaar --dpi 200
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from pathlib import Path
from typing import Any, cast

from paddleocr_service import OCREngine
from services.errors import OCRServiceError
from services.extraction.options import EXTRACT_NAMES, MASK_NAMES, canonical
from services.ocr_service.document import OCRService
from services.ocr_service.options import DocumentOptions
from services.ocr_service.result_document import ResultDocument

MAX_PIXELS = 100_000_000


def main(arguments: list[str] | None = None) -> int:
    """Return the exit code: 0, or 1 after a one-line message on stderr."""
    given = _parser().parse_args(arguments)
    chosen = {name: value for name, value in vars(given).items() if name != "file"}
    try:
        result = read_file(given.file, DocumentOptions(**chosen))
    except OCRServiceError as error:
        sys.stderr.write(f"{error.message}\n")
        return 1
    sys.stdout.write(json.dumps(result, ensure_ascii=False, indent=2) + "\n")
    return 0


def read_file(path: Path, options: DocumentOptions, engine: OCREngine | None = None) -> dict[str, Any]:
    """The result of an image or a PDF, as a job with these options has it. Raises OCRServiceError."""
    kind = "pdf" if path.suffix.lower() == ".pdf" else "image"
    service = OCRService(engine or OCREngine(lang=options.lang), MAX_PIXELS)
    started = time.perf_counter()
    with service.open(path, kind, options) as document:
        pages = [document.recognize(number) for number in document.page_numbers]
    seconds = time.perf_counter() - started
    result = ResultDocument(kind, len(pages), service.engine_of(options), options, seconds)
    return cast(dict[str, Any], json.loads(b"".join(result.parts(pages)) + b"}"))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m services.ocr_service", description="Read an image or a PDF.")
    parser.add_argument("file", type=Path)
    parser.add_argument("--lang", default="en")
    parser.add_argument("--dpi", type=int, default=300, help="resolution at which PDF pages are rendered")
    parser.add_argument("--pages", default="", help="such as 1-3,7")
    parser.add_argument("--detail", choices=["line", "word"], default="line")
    parser.add_argument("--mode", choices=["auto", "ocr", "text"], default="auto")
    parser.add_argument("--orientation", choices=["auto", "off"], default="auto")
    parser.add_argument("--layout", choices=["auto", "geometry", "off"], default="auto")
    parser.add_argument("--extract", type=lambda text: canonical(text, EXTRACT_NAMES), default="",
                        help=f"{', '.join(EXTRACT_NAMES)} or all")  # fmt: skip
    parser.add_argument("--mask", type=lambda text: canonical(text, MASK_NAMES), default="",
                        help=f"{', '.join(MASK_NAMES)} or all")  # fmt: skip
    return parser


if __name__ == "__main__":
    sys.exit(main())
