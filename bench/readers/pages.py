"""The pages of documents, read as in a worker, each with its CPU time: a program that runs with the code of any tree.

`python -P PATH/pages.py THREADS LAYOUT` imports the service from PYTHONPATH. LAYOUT is the option, or empty for the
default; earlier versions have no such option. The text of an answer is a JSON list with CPU seconds, whether OCR read
any of it, and a checksum of the result, for each page. The time to open a file is part of the first page.
"""

import hashlib
import json
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from bench.readers.protocol import serve, take_over_stdout

#: Steps that only OCR has.
_OCR = ("detect", "recognise")
_DPI, _MAX_PIXELS = 300, 100_000_000


def create(threads: int, layout: str) -> Callable[[dict], str]:
    from paddleocr_service import OCREngine
    from services.ocr_service.document import OCRService
    from services.ocr_service.options import DocumentOptions

    service = OCRService(OCREngine(threads=threads), _MAX_PIXELS)
    with suppress(ModuleNotFoundError):  # earlier versions leave the garbage collector as it is
        from services.confined.child import exempt_loaded_objects

        exempt_loaded_objects()

    options = DocumentOptions("en", _DPI, layout=layout) if layout else DocumentOptions("en", _DPI)

    def read(request: dict) -> str:
        path = Path(request["path"])
        pages: list[tuple[float, bool, str]] = []
        started = time.process_time()
        with service.open(path, "pdf" if path.suffix == ".pdf" else "image", options) as document:
            for number in document.page_numbers:
                service.stages.take()
                page = document.recognize(number)
                seconds = time.process_time() - started
                used_ocr = any(stage.name in _OCR for stage in service.stages.take())
                pages.append((seconds, used_ocr, _checksum(page)))
                started = time.process_time()
        return json.dumps(pages)

    return read


def _checksum(page: dict[str, Any]) -> str:
    return hashlib.sha256(json.dumps(page, sort_keys=True).encode()).hexdigest()


if __name__ == "__main__":
    answers = take_over_stdout()
    serve(lambda: create(int(sys.argv[1]), sys.argv[2]), sys.stdin, answers)
