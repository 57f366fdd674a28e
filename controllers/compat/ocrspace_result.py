"""A finished result in the form of ocr.space.

Positions are pixels of the page as it was sent. With `detectOrientation`, they are those of the page as it was turned
upright, and TextOrientation is the number of degrees by which it was turned clockwise.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from controllers.compat.page_frame import PageFrame, Polygon
from services.exports.words import words_of

#: OCRExitCode: all pages were read, some, none. FileParseExitCode: the page was read, or not.
READ, PARTLY_READ, NOT_READ = 1, 2, 3
PAGE_READ, PAGE_NOT_READ = 1, -10
#: OCRExitCode of a request that was rejected, and of one that took too long.
REJECTED, TIMED_OUT = 99, 6
NO_OVERLAY = "Text overlay is not provided as it is not requested"
NO_PDF = "Searchable PDF not generated as it was not requested."
#: Lines are in one row if they share at least this part of the height of the lower one.
_SAME_ROW = 0.5
#: Changes no position.
_UPRIGHT = PageFrame(0, 0, turn=0, scale=1)


def response(
    result: dict[str, Any], overlay: bool = False, upright: bool = False, table: bool = False, pdf_url: str = ""
) -> dict[str, Any]:
    """overlay: with positions; the result needs words. upright: positions of the upright page. table: row by row."""
    pages = result["pages"]
    failed = sum(not page["success"] for page in pages)
    return {
        "ParsedResults": [_page(page, overlay, upright, table) for page in pages],
        "OCRExitCode": READ if not failed else PARTLY_READ if failed < len(pages) else NOT_READ,
        "IsErroredOnProcessing": failed == len(pages),
        "ErrorMessage": [_message(page) for page in pages if not page["success"]] or None,
        "ErrorDetails": None,
        "ProcessingTimeInMilliseconds": str(round(result["processing_time_seconds"] * 1000)),
        "SearchablePDFURL": pdf_url or NO_PDF,
    }


def rejection(message: str, code: str, exit_code: int = REJECTED) -> dict[str, Any]:
    """A request without a result. code: of this service's error."""
    return {
        "ParsedResults": [],
        "OCRExitCode": exit_code,
        "IsErroredOnProcessing": True,
        "ErrorMessage": [f"{message} ({code})"],
        "ErrorDetails": code,
        "ProcessingTimeInMilliseconds": "0",
        "SearchablePDFURL": "",
    }


def _page(page: dict[str, Any], overlay: bool, upright: bool, table: bool) -> dict[str, Any]:
    return {
        "TextOverlay": _overlay(page, upright)
        if overlay
        else {"Lines": [], "HasOverlay": False, "Message": NO_OVERLAY},
        "TextOrientation": str((page.get("orientation") or 0) if upright else 0),
        "FileParseExitCode": PAGE_READ if page["success"] else PAGE_NOT_READ,
        "ParsedText": "\n".join(_rows(page["lines"])) if table else page["text"],
        "ErrorMessage": "" if page["success"] else _message(page),
        "ErrorDetails": "" if page["success"] else page["error"]["code"],
    }


def _message(page: dict[str, Any]) -> str:
    return f"Page {page['page']}: {page['error']['detail']} ({page['error']['code']})"


def _overlay(page: dict[str, Any], upright: bool) -> dict[str, Any]:
    frame = _UPRIGHT if upright else PageFrame.of(page)
    lines = [_line(line, frame) for line in page["lines"]]
    return {"Lines": lines, "HasOverlay": True, "Message": f"Total lines: {len(lines)}"}


def _line(line: dict[str, Any], frame: PageFrame) -> dict[str, Any]:
    words = words_of(line)
    boxes = [_box(frame.polygon(word.polygon)) for word in words]
    return {
        "LineText": line["text"],
        "Words": [{"WordText": word.text, **box} for word, box in zip(words, boxes, strict=True)],
        "MaxHeight": max((box["Height"] for box in boxes), default=0),
        "MinTop": min((box["Top"] for box in boxes), default=0),
    }


def _box(polygon: Polygon) -> dict[str, float]:
    left, top = min(x for x, _ in polygon), min(y for _, y in polygon)
    right, bottom = max(x for x, _ in polygon), max(y for _, y in polygon)
    return {"Left": left, "Top": top, "Height": round(bottom - top, 1), "Width": round(right - left, 1)}


def _rows(lines: Sequence[dict[str, Any]]) -> Iterator[str]:
    """The lines of a page from top to bottom. Those that are beside each other are one row, with tabs between them."""
    boxes = sorted(((_box(line["bbox"]), line["text"]) for line in lines), key=lambda item: item[0]["Top"])
    row: list[tuple[dict[str, float], str]] = []
    for box, text in boxes:
        if row and not _beside(row[0][0], box):
            yield _joined(row)
            row = []
        row.append((box, text))
    if row:
        yield _joined(row)


def _beside(first: dict[str, float], second: dict[str, float]) -> bool:
    shared = min(first["Top"] + first["Height"], second["Top"] + second["Height"]) - max(first["Top"], second["Top"])
    return shared >= _SAME_ROW * min(first["Height"], second["Height"])


def _joined(row: list[tuple[dict[str, float], str]]) -> str:
    return "\t".join(text for _, text in sorted(row, key=lambda item: item[0]["Left"]))
