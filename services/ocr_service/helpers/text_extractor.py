"""From the engine's answer to the page that clients read."""

from __future__ import annotations

from paddleocr_service import Line, Recognition, Word


def page_of(recognition: Recognition, number: int, source: str = "ocr") -> dict:
    """One page's result; polygons are `bbox`, four [x, y] points in pixels of the page as displayed."""
    return {
        "page": number,
        "text": recognition.text,
        "lines": [_line(line) for line in recognition.lines],
        "success": True,
        "width": recognition.width,
        "height": recognition.height,
        "source": source,
    }


def _line(line: Line) -> dict:
    found = _found(line)
    if line.words:
        found["words"] = [_found(word) for word in line.words]
    return found


def _found(item: Line | Word) -> dict:
    return {
        "text": item.text,
        "confidence": round(float(item.confidence), 4),
        "bbox": [[round(float(x), 1), round(float(y), 1)] for x, y in item.polygon],
    }
