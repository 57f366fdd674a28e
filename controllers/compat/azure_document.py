"""From a finished result to the `analyzeResult` of Azure Document Intelligence v4."""

from __future__ import annotations

from typing import Any

from controllers.compat.azure_content import PlacedPage, PlacedText, content_of
from controllers.compat.azure_geometry import PageFrame
from controllers.compat.text_spans import TEXT_ELEMENTS, Offsets

API_VERSION = "2024-11-30"


def analyze_result(document: dict[str, Any], model_id: str, index_type: str = TEXT_ELEMENTS) -> dict[str, Any]:
    """document: with `pages`, their lines with words. index_type: one of `text_spans.INDEX_TYPES`."""
    content = content_of(document)
    offsets = Offsets(content.text, index_type)
    dpi = document.get("processing_dpi")
    return {
        "apiVersion": API_VERSION,
        "modelId": model_id,
        "stringIndexType": index_type,
        "content": content.text,
        "contentFormat": "text",
        "pages": [_page(page, PageFrame.of(page.page, dpi), offsets) for page in content.pages],
        "paragraphs": [],
        "tables": [],
        "styles": [],
    }


def _page(placed: PlacedPage, frame: PageFrame, offsets: Offsets) -> dict[str, Any]:
    width, height = frame.size
    lines = placed.lines
    return {
        "pageNumber": placed.page["page"],
        "angle": frame.angle,
        "width": width,
        "height": height,
        "unit": frame.unit,
        "words": [_word(word, frame, offsets) for line in lines for word in line.words],
        "lines": [_line(line, frame, offsets) for line in lines],
        "spans": [offsets.span(placed.start, placed.end)],
    }


def _line(line: PlacedText, frame: PageFrame, offsets: Offsets) -> dict[str, Any]:
    return {
        "content": line.text,
        "polygon": frame.polygon(line.polygon),
        "spans": [offsets.span(line.start, line.end)],
    }


def _word(word: PlacedText, frame: PageFrame, offsets: Offsets) -> dict[str, Any]:
    return {
        "content": word.text,
        "polygon": frame.polygon(word.polygon),
        "confidence": word.confidence,
        "span": offsets.span(word.start, word.end),
    }
