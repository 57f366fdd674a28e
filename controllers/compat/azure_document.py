"""From a finished result to the `analyzeResult` of Azure Document Intelligence v4."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from controllers.compat.azure_geometry import AzureFrame
from controllers.compat.azure_regions import Regions
from controllers.compat.placed_markdown import markdown_content
from controllers.compat.placed_text import Content, PlacedPage, PlacedText, plain_content
from controllers.compat.text_spans import TEXT_ELEMENTS, Offsets
from services.exports.languages import language_tag

API_VERSION = "2024-11-30"
READ, LAYOUT = "prebuilt-read", "prebuilt-layout"
TEXT, MARKDOWN = "text", "markdown"
BARCODES, LANGUAGES = "barcodes", "languages"

#: Names of barcodes that Azure spells in another way.
_BARCODE_KINDS = {"DataBarOmni": "DataBar", "DataBarExp": "DataBarExpanded", "MicroPDF417": "PDF417"}
_MARK_STATES = {True: "selected", False: "unselected"}


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the client asked for. features: those that add something, of BARCODES and LANGUAGES."""

    model_id: str = READ
    version: str = API_VERSION
    index_type: str = TEXT_ELEMENTS
    content_format: str = TEXT
    features: tuple[str, ...] = ()


def analyze_result(document: dict[str, Any], wanted: Wanted, max_pixels: int = 0) -> dict[str, Any]:
    """document: with `pages`, and words in their lines. max_pixels: pages of a PDF are not rendered larger."""
    content = markdown_content(document) if wanted.content_format == MARKDOWN else plain_content(document)
    offsets = Offsets(content.text, wanted.index_type)
    frames = [AzureFrame.of(placed.page, document.get("processing_dpi"), max_pixels) for placed in content.pages]
    regions = Regions(offsets)
    for placed, frame in zip(content.pages, frames, strict=True):
        regions.add(placed, frame)
    result: dict[str, Any] = {
        "apiVersion": wanted.version,
        "modelId": wanted.model_id,
        "stringIndexType": wanted.index_type,
        "content": content.text,
        "contentFormat": wanted.content_format,
        "pages": [_page(*each, offsets) for each in zip(content.pages, frames, strict=True)],
        "paragraphs": regions.paragraphs,
        "styles": [],
    }
    if wanted.model_id == LAYOUT:
        result |= {"tables": regions.tables, "figures": regions.figures}
    if LANGUAGES in wanted.features:
        result["languages"] = _languages(content, offsets)
    if BARCODES in wanted.features:
        _add_barcodes(result["pages"], content, frames, document.get("documents") or [], offsets)
    if warnings := _warnings(document):
        result["warnings"] = warnings
    return result


def _page(placed: PlacedPage, frame: AzureFrame, offsets: Offsets) -> dict[str, Any]:
    width, height = frame.size
    lines = placed.lines
    page = {
        "pageNumber": placed.page["page"],
        "angle": frame.angle,
        "width": width,
        "height": height,
        "unit": frame.unit,
        "words": [_word(word, frame, offsets) for line in lines for word in line.words],
        "lines": [_line(line, frame, offsets) for line in lines],
        "spans": [offsets.span(placed.start, placed.end)],
    }
    if marks := [_mark(each, placed, frame, offsets) for each in placed.page["fields"] if _is_mark(each)]:
        page["selectionMarks"] = marks
    return page


def _line(line: PlacedText, frame: AzureFrame, offsets: Offsets) -> dict[str, Any]:
    return {
        "content": line.text,
        "polygon": frame.polygon(line.polygon),
        "spans": [offsets.span(*line.range)],
    }


def _word(word: PlacedText, frame: AzureFrame, offsets: Offsets) -> dict[str, Any]:
    return {
        "content": word.text,
        "polygon": frame.polygon(word.polygon),
        "confidence": word.confidence,
        "span": offsets.span(*word.range),
    }


def _is_mark(field: dict[str, Any]) -> bool:
    return field["type"] in ("checkbox", "radio") and isinstance(field["value"], bool)


def _mark(field: dict[str, Any], placed: PlacedPage, frame: AzureFrame, offsets: Offsets) -> dict[str, Any]:
    """A check box or radio button of a PDF form. Its state is read from the file, so it is certain."""
    return {
        "state": _MARK_STATES[field["value"]],
        "polygon": frame.polygon(field["bbox"]),
        "span": offsets.span(placed.start, placed.start),
        "confidence": 1.0,
    }


def _languages(content: Content, offsets: Offsets) -> list[dict[str, Any]]:
    """The language of each page. For a page with several, their parts are not known: each names the whole page.

    confidence: the mean of the page's lines.
    """
    languages = []
    for placed in content.pages:
        for lang in (placed.page["lang"] or "").split("+"):
            tag = language_tag(lang)
            if tag and placed.lines:
                mean = sum(line.confidence for line in placed.lines) / len(placed.lines)
                span = offsets.span(placed.start, placed.end)
                languages.append({"locale": tag, "spans": [span], "confidence": round(mean, 4)})
    return languages


def _add_barcodes(
    pages: list[dict[str, Any]],
    content: Content,
    frames: list[AzureFrame],
    documents: list[dict[str, Any]],
    offsets: Offsets,
) -> None:
    """They are not part of the content, so their place is the beginning of their page."""
    for page, placed, frame in zip(pages, content.pages, frames, strict=True):
        page["barcodes"] = [
            {
                "kind": _BARCODE_KINDS.get(found["symbology"], found["symbology"]),
                "value": found["number"] or found.get("bytes", ""),
                "polygon": frame.polygon(found["bbox"]),
                "span": offsets.span(placed.start, placed.start),
                "confidence": found["confidence"],
            }
            for found in documents
            if found["type"] == "barcode" and found["page"] == placed.page["page"]
        ]


def _warnings(document: dict[str, Any]) -> list[dict[str, str]]:
    """Pages that failed: Azure has no error for a single page."""
    return [
        {
            "code": page["error"]["code"],
            "message": f"Page {page['page']}: {page['error']['detail']}",
            "target": f"/pages/{number}",
        }
        for number, page in enumerate(document["pages"])
        if not page["success"]
    ]
