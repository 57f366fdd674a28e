"""Results as a server of PaddleX returns them: `/ocr` lists lines, `/layout-parsing` lists blocks and has Markdown.

PaddleX reads a PDF at 144 dpi, and its clients convert positions with this factor. So positions on PDFs are converted
to it. On pictures, they are pixels.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import Any

from controllers.compat.page_frame import PageFrame, Polygon, Rectangle
from controllers.compat.page_text import markdown, markdown_of_blocks
from services.exports.html_page import table_as_html
from services.exports.structure import blocks_of

PDF_DPI = 144
#: PaddleX's labels for kinds of blocks. The others are "text".
_LABELS = {
    "title": "doc_title",
    "heading": "paragraph_title",
    "table": "table",
    "figure": "image",
    "caption": "figure_title",
    "formula": "formula",
    "footnote": "footnote",
    "side_note": "aside_text",
    "page_header": "header",
    "page_footer": "footer",
    "page_number": "number",
}


@dataclass(frozen=True, slots=True)
class Settings:
    """upright: positions on the page as it was turned to be read, otherwise as it is in the file.

    words: with the positions of words. left_out: labels of blocks that the Markdown does not contain; None: the usual
    ones, which are page headers, page footers and page numbers.
    """

    upright: bool = True
    words: bool = False
    left_out: Collection[str] | None = None


def scale_of(result: dict[str, Any]) -> float:
    """Pixels of the response to a pixel of the result."""
    return PDF_DPI / result["processing_dpi"] if "processing_dpi" in result else 1.0


def data_info(result: dict[str, Any]) -> dict[str, Any]:
    """Kind and size of the file, with the sizes of its pages."""
    frames = [PageFrame.of(page, scale_of(result)) for page in result["pages"]]
    sizes = [{"width": round(frame.width), "height": round(frame.height)} for frame in frames]
    if "processing_dpi" in result:
        return {"numPages": len(sizes), "pages": sizes, "type": "pdf"}
    if len(sizes) > 1:
        return {"numPages": len(sizes), "pages": sizes, "type": "tiff"}
    return {**sizes[0], "type": "image"}


def lines_of(page: dict[str, Any], scale: float, settings: Settings) -> dict[str, Any]:
    """`prunedResult` of the OCR pipeline. Lists with the same index belong to the same line."""
    frame, lines = _frame(page, scale, settings), page["lines"]
    polygons = [_whole(frame.polygon(line["bbox"])) for line in lines]
    result: dict[str, Any] = {
        "model_settings": {"use_doc_preprocessor": settings.upright, "use_textline_orientation": True},
        "dt_polys": polygons,
        "text_type": "general",
        "textline_orientation_angles": [0] * len(lines),
        "text_rec_score_thresh": 0.0,
        "return_word_box": settings.words,
        "rec_texts": [line["text"] for line in lines],
        "rec_scores": [line["confidence"] for line in lines],
        "rec_polys": polygons,
        "rec_boxes": [_box(frame.rectangle(line["bbox"])) for line in lines],
    }
    if settings.upright:
        result["doc_preprocessor_res"] = _preprocessing(page)
    if settings.words:
        words = [line.get("words") or [line] for line in lines]
        result["text_word"] = [[word["text"] for word in some] for some in words]
        result["text_word_boxes"] = [[_box(frame.rectangle(word["bbox"])) for word in some] for some in words]
    return result


def blocks_and_lines_of(page: dict[str, Any], scale: float, settings: Settings) -> dict[str, Any]:
    """`prunedResult` of layout parsing."""
    frame, found = _frame(page, scale, settings), list(blocks_of(page))
    labels = [_LABELS.get(block.kind, "text") for block in found]
    boxes = [_box(frame.rectangle(block.bbox)) for block in found]
    scores = [block.get("confidence", 1.0) for block in page["blocks"] or [{}]]
    result: dict[str, Any] = {
        "width": round(frame.width),
        "height": round(frame.height),
        "model_settings": {"use_doc_preprocessor": settings.upright, "use_table_recognition": True},
        "parsing_res_list": [
            {
                "block_label": label,
                "block_content": table_as_html(block.table) if block.table else block.text,
                "block_bbox": box,
                "block_id": number,
                "block_order": number + 1,
            }
            for number, (label, block, box) in enumerate(zip(labels, found, boxes, strict=True))
        ],
        "layout_det_res": {
            "boxes": [
                {"label": label, "score": score, "coordinate": box}
                for label, score, box in zip(labels, scores, boxes, strict=False)
            ]
        },
        "overall_ocr_res": lines_of(page, scale, settings),
    }
    if settings.upright:
        result["doc_preprocessor_res"] = _preprocessing(page)
    return result


def markdown_text(page: dict[str, Any], settings: Settings) -> str:
    if settings.left_out is None or not page["blocks"]:
        return markdown(page)
    shown = [block for block in page["blocks"] if _LABELS.get(block["kind"], "text") not in settings.left_out]
    return markdown_of_blocks(page, shown)


def _frame(page: dict[str, Any], scale: float, settings: Settings) -> PageFrame:
    frame = PageFrame.of(page, scale)
    if not settings.upright:
        return frame
    return replace(frame, width=(page["width"] or 0) * scale, height=(page["height"] or 0) * scale, turn=0)


def _preprocessing(page: dict[str, Any]) -> dict[str, Any]:
    """PaddleX counts anticlockwise."""
    settings = {"use_doc_orientation_classify": True, "use_doc_unwarping": False}
    return {"model_settings": settings, "angle": -(page.get("orientation") or 0) % 360}


def _box(rectangle: Rectangle) -> list[int]:
    return [round(edge) for edge in rectangle]


def _whole(polygon: Polygon) -> list[list[int]]:
    return [[round(x), round(y)] for x, y in polygon]
