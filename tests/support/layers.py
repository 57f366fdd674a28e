"""Text layers of PDFs that a test has written."""

from __future__ import annotations

from pathlib import Path

from services.ocr_service.helpers.pdf_processor import PdfDocument
from services.ocr_service.helpers.text_layer import LayerLine


def visible_lines(folder: Path, pdf: bytes, words: bool = False) -> list[LayerLine]:
    """The visible lines of the first page. folder: for the file."""
    path = folder / "page.pdf"
    path.write_bytes(pdf)
    with PdfDocument(path) as document:
        return list(document.text_layer(1, 72, 10**8, words).visible)


def visible_text(folder: Path, pdf: bytes) -> list[str]:
    return [line.line.text for line in visible_lines(folder, pdf)]
