"""``python -m bench documents``: accuracy of ``extract=all`` on photographs of documents.

A photograph ``a000.jpg`` has its truth beside it in ``a000.json``: ``documents`` with type, number and ``valid``, and
``fields``. Pages without a truth must have no valid document.
"""

import argparse
import json
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from bench.machine import describe
from bench.ocr import SAMPLE
from paddleocr_service import OCREngine
from services.ocr_service.document import OCRService
from services.ocr_service.options import DocumentOptions

DATA = SAMPLE.parent
MAX_PIXELS = 100_000_000
PICTURES = {".jpg", ".jpeg", ".png", ".tif"}


def main(arguments: list[str]) -> int:
    """Return the exit code: 0, or 1 if a page without documents has a valid one."""
    parser = argparse.ArgumentParser(prog="python -m bench documents", description=__doc__.splitlines()[0])
    parser.add_argument("--only", default="*", metavar="PATTERN", help="file name pattern of the photographs")
    parser.add_argument("--without", nargs="*", default=["receipts", "pages"], help="folders without documents")
    parser.add_argument("--limit", type=int, help="maximum number of pictures of each folder")
    options = parser.parse_args(arguments)
    service = OCRService(OCREngine(), MAX_PIXELS)
    _print(f"machine   {describe()}")
    counts: Counter[str] = Counter()
    for path in sorted((DATA / "ids").glob(f"{options.only}.json"))[: options.limit]:
        result, seconds = _read(service, path.with_suffix(".jpg"))
        counts["seconds"] += seconds  # type: ignore[assignment]  # a Counter adds fractions, too
        counts["pictures"] += 1
        for name, right in _judged(json.loads(path.read_text()), result["documents"]):
            counts[name] += 1
            counts[f"{name} right"] += right
            if not right:
                _print(f"          {path.stem}: {name} wrong")
    for name in ("number", "zone", "valid", "field"):
        _print(f"{name:9} {counts[f'{name} right']} of {counts[name]} right")
    if counts["pictures"]:
        _print(f"seconds   {counts['seconds'] / counts['pictures']:.3f} for the search on each photograph")
    return _check_others(service, options.without, options.limit)


def _print(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def _check_others(service: OCRService, folders: Sequence[str], limit: int | None) -> int:
    pictures, valid, spent = 0, 0, 0.0
    for folder in folders:
        for path in [each for each in sorted((DATA / folder).iterdir()) if each.suffix in PICTURES][:limit]:
            result, seconds = _read(service, path)
            pictures, spent = pictures + 1, spent + seconds
            for document in result["documents"]:
                valid += document["valid"] is True
                _print(f"          {folder}/{path.name}: {document['type']}, valid: {document['valid']}")
    if pictures:
        _print(f"others    {valid} valid documents on {pictures} pictures without any")
        _print(f"seconds   {spent / pictures:.3f} for the search on each of them")
    return int(valid > 0)


def _read(service: OCRService, path: Path) -> tuple[dict[str, Any], float]:
    """The page, and the seconds that the search took."""
    options = DocumentOptions(lang="en", dpi=300, extract="ids,mrz,barcodes")
    with service.open(path, "image", options) as document:
        service.stages.take()
        page = document.recognize(1)
        return page, sum(stage.seconds for stage in service.stages.take() if stage.name == "extract")


def _judged(truth: dict[str, Any], documents: Sequence[dict[str, Any]]) -> Iterator[tuple[str, bool]]:
    """What was expected, and whether it was found: number, zone, valid or field."""
    for expected in truth["documents"]:
        found = [each for each in documents if each["type"] == expected["type"]]
        if expected["type"] == "mrz":
            yield "zone", [each["mrz"] for each in found] == [expected["lines"]]
        else:
            yield "number", [each["number"] for each in found] == [expected["number"]]
        yield "valid", [each["valid"] for each in found] == [expected["valid"]]
    if not truth["documents"]:
        yield "valid", not any(each["valid"] for each in documents)
    for name, value in truth["fields"].items():
        yield "field", {each["fields"][name] for each in documents if name in each["fields"]} == {value}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
