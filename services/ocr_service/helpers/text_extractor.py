"""From the engine's answer to the page that clients read."""

from __future__ import annotations

from collections.abc import Iterator

from paddleocr_service import Block, Line, Polygon, Recognition, Word


def page_of(recognition: Recognition, number: int, source: str = "ocr") -> dict:
    """One page's result; polygons are `bbox`, four [x, y] points in pixels of the page as displayed and righted."""
    return {
        "page": number,
        "text": recognition.text,
        "lines": [_line(line) for line in recognition.lines],
        "blocks": list(_blocks(recognition.blocks)),
        "success": True,
        "width": recognition.width,
        "height": recognition.height,
        "orientation": recognition.orientation,
        "source": source,
    }


def _blocks(blocks: tuple[Block, ...]) -> Iterator[dict]:
    """Blocks name their lines by position: the lines of a page are those of its blocks, one after the other."""
    first = 0
    for block in blocks:
        rows = []
        for row in block.rows:
            rows.append(list(range(first, first + len(row))))
            first += len(row)
        x0, y0, x1, y1 = (round(float(edge), 1) for edge in block.bbox)
        found = {
            "kind": block.kind,
            "bbox": [[x0, y0], [x1, y0], [x1, y1], [x0, y1]],
            "text": block.text,
            "lines": [position for row in rows for position in row],
        }
        yield {**found, "rows": rows} if block.kind == "table" else found


def _line(line: Line) -> dict:
    found = _found(line)
    if line.words:
        found["words"] = [_found(word) for word in line.words]
    return found


def _found(item: Line | Word) -> dict:
    return {
        "text": item.text,
        "confidence": round(item.confidence, 4),
        "bbox": _rounded(item.polygon),
    }


def _rounded(polygon: Polygon) -> list[list[float]]:
    (ax, ay), (bx, by), (cx, cy), (dx, dy) = polygon
    if ay == by and bx == cx and cy == dy and dx == ax:  # half the work, for what nearly all polygons of a layer are
        x0, y0, x1, y1 = round(ax, 1), round(ay, 1), round(cx, 1), round(cy, 1)
        return [[x0, y0], [x1, y0], [x1, y1], [x0, y1]]
    return [[round(x, 1), round(y, 1)] for x, y in polygon]
