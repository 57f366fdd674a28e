"""Result documents as the service stores them, made from texts."""

from __future__ import annotations

from services.exports.formats import BY_NAME, render
from services.exports.result import Result

LINE_HEIGHT = 30


def rectangle(left, top, right, bottom):
    return [[left, top], [right, top], [right, bottom], [left, bottom]]


def line(text, row=0, words=False, confidence=0.987):
    top = 20 + LINE_HEIGHT * row
    result = {"text": text, "confidence": confidence, "bbox": rectangle(10, top, 510, top + 20)}
    if words:
        parts = text.split()
        width = 500 / max(1, len(parts))
        result["words"] = [
            {"text": part, "confidence": confidence, "bbox": rectangle(10 + width * n, top, width * (n + 1), top + 20)}
            for n, part in enumerate(parts)
        ]
    return result


def block(kind, text, lines=(0,), **fields):
    return {"kind": kind, "bbox": rectangle(10, 20, 510, 700), "text": text, "lines": list(lines), **fields}


def cell(row, column, text, **fields):
    return {"row": row, "column": column, "text": text, "bbox": rectangle(10, 20, 60, 40), "lines": [], **fields}


def table(rows, is_header=True, **fields):
    """A table block without spans, whose first row is the header."""
    cells = [
        cell(row, column, text, rowspan=1, colspan=1, is_header=is_header and row == 0)
        for row, texts in enumerate(rows)
        for column, text in enumerate(texts)
    ]
    return block("table", "\n".join(" ".join(texts) for texts in rows), (), cells=cells, **fields)


def page(lines, blocks=(), number=1, **fields):
    return {
        "page": number,
        "text": "\n".join(each["text"] for each in lines),
        "lines": list(lines),
        "blocks": list(blocks),
        "success": True,
        "width": 600,
        "height": 800,
        "orientation": 0,
        "source": "ocr",
        "warnings": [],
        "fields": [],
        **fields,
    }


def document(*pages):
    """The result document of a PDF."""
    text = "\n\n".join(each["text"] for each in pages)
    return {"pages": list(pages), "full_text": text, "total_pages": len(pages), "lang": "en", "success": True}


def paragraphs(*texts, number=1):
    """A page with a paragraph of one line for each text."""
    return page(
        [line(text, row) for row, text in enumerate(texts)],
        [block("paragraph", text, [row]) for row, text in enumerate(texts)],
        number,
    )


def exported(name, result, filename="scan.pdf", **options):
    """The bytes of a document in a format."""
    return b"".join(render(Result.of(result, filename), BY_NAME[name], **options).parts)
