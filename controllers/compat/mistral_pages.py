"""Pages of a result as Mistral's OCR returns them: Markdown, tables, blocks and confidences. Pages count from 0."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from statistics import fmean
from typing import Any

from controllers.compat.page_frame import PageFrame
from controllers.compat.page_text import markdown_of_blocks
from services.exports.html_page import table_as_html
from services.exports.markdown import escaped
from services.exports.structure import blocks_of

#: Resolution that is reported for pictures, whose files name none that can be trusted.
PICTURE_DPI = 72
#: Values of the options `table_format` (and the extension of its tables) and `confidence_scores_granularity`.
TABLE_FORMATS = {"markdown": "md", "html": "html"}
GRANULARITIES = ("page", "word", "block")
#: Kinds of blocks with a type of their own. The others are "text".
_TYPES = {
    "title": "title",
    "heading": "title",
    "list_item": "list",
    "table": "table",
    "caption": "caption",
    "formula": "equation",
    "side_note": "aside_text",
    "page_header": "header",
    "page_footer": "footer",
}
_HEADER, _FOOTER = "header", "footer"

#: A block as in the result.
Block = dict[str, Any]


@dataclass(frozen=True, slots=True)
class PageOptions:
    """table_format: "markdown" or "html" to take the tables out of the text; empty to leave them there.

    header, footer: whether to take them out of the text. blocks: whether to list the blocks with their positions.
    granularity: of confidences; empty for none.
    """

    table_format: str = ""
    header: bool = False
    footer: bool = False
    blocks: bool = False
    granularity: str = ""


def mistral_page(page: dict[str, Any], dpi: int, options: PageOptions) -> dict[str, Any]:
    """dpi: the resolution at which a page of a PDF was read; 0 for a picture."""
    frame, typed = PageFrame.of(page), [(_type(block, page), block) for block in _blocks(page)]
    apart = {name for name, separate in ((_HEADER, options.header), (_FOOTER, options.footer)) if separate}
    table_ids = _table_ids(typed, page, options.table_format)
    text = _markdown(page, [block for kind, block in typed if kind not in apart], table_ids)
    result: dict[str, Any] = {
        "index": page["page"] - 1,
        "markdown": text,
        "images": [],
        "dimensions": {"dpi": dpi or PICTURE_DPI, "height": round(frame.height), "width": round(frame.width)},
        "hyperlinks": [],
        "tables": [
            {"id": table_ids[id(block)], "content": _table(page, block, options), "format": options.table_format}
            for _, block in typed
            if id(block) in table_ids
        ],
    }
    for name in sorted(apart):
        result[name] = markdown_of_blocks(page, (block for kind, block in typed if kind == name)) or None
    if options.blocks:
        contents = [(kind, block, table_ids.get(id(block))) for kind, block in typed]
        result["blocks"] = [_block(page, frame, options, *each) for each in contents if _has_text(page, each[1])]
    if options.granularity:
        result["confidence_scores"] = _page_scores(page, text, options.granularity)
    return result


def _blocks(page: dict[str, Any]) -> list[Block]:
    """The blocks of a page. A page without blocks is one paragraph."""
    if page["blocks"] or not page["text"]:
        return list(page["blocks"])
    lines = list(range(len(page["lines"])))
    return [{"kind": "paragraph", "bbox": None, "text": page["text"], "lines": lines}]


def _type(block: Block, page: dict[str, Any]) -> str:
    if block["kind"] == "page_number":
        middle = fmean(y for _, y in block["bbox"])
        return _HEADER if middle < page["height"] / 2 else _FOOTER
    return _TYPES.get(block["kind"], "text")


def _has_text(page: dict[str, Any], block: Block) -> bool:
    return bool(block.get("text") or block.get("cells") or block.get("rows"))


def _table_ids(typed: Iterable[tuple[str, Block]], page: dict[str, Any], table_format: str) -> dict[int, str]:
    """The name of each table that is taken out of the text, by the identity of its block."""
    if not table_format:
        return {}
    tables = [block for kind, block in typed if kind == "table" and _has_text(page, block)]
    return {id(block): f"tbl-{number}.{TABLE_FORMATS[table_format]}" for number, block in enumerate(tables)}


def _markdown(page: dict[str, Any], blocks: list[Block], table_ids: dict[int, str]) -> str:
    """The blocks as Markdown, with links in place of the tables that have names."""
    links: dict[str, str] = {}
    shown = []
    for block in blocks:
        if name := table_ids.get(id(block)):
            mark = secrets.token_hex(16)  # letters and digits, which are not escaped
            links[mark] = f"[{name}]({name})"
            block = {"kind": "paragraph", "bbox": block["bbox"], "text": mark, "lines": []}
        shown.append(block)
    text = markdown_of_blocks(page, shown)
    for mark, link in links.items():
        text = text.replace(mark, link)
    return text


def _table(page: dict[str, Any], block: Block, options: PageOptions) -> str:
    if options.table_format == "html":
        (found,) = blocks_of({**page, "blocks": [block]})
        return table_as_html(found.table) if found.table else ""
    return markdown_of_blocks(page, [block])


def _block(
    page: dict[str, Any], frame: PageFrame, options: PageOptions, kind: str, block: Block, table_id: str | None
) -> dict[str, Any]:
    left, top, right, bottom = (round(edge) for edge in frame.rectangle(block["bbox"]))
    result: dict[str, Any] = {
        "type": kind,
        "top_left_x": left,
        "top_left_y": top,
        "bottom_right_x": right,
        "bottom_right_y": bottom,
        "content": _table(page, block, options) if kind == "table" else markdown_of_blocks(page, [block]),
    }
    if table_id:
        result["table_id"] = table_id
    if options.granularity == "block":
        found = [page["lines"][index]["confidence"] for index in block.get("lines") or ()]
        result["confidence_scores"] = {
            "average_content_confidence_score": round(fmean(found), 4) if found else None,
            "minimum_content_confidence_score": min(found) if found else None,
            "block_type_confidence_score": block.get("confidence"),
        }
    return result


def _page_scores(page: dict[str, Any], text: str, granularity: str) -> dict[str, Any]:
    """A page without text has the confidence 1: nothing on it is in doubt."""
    found = [line["confidence"] for line in page["lines"]] or [1.0]
    scores: dict[str, Any] = {
        "average_page_confidence_score": round(fmean(found), 4),
        "minimum_page_confidence_score": min(found),
    }
    if granularity == "word":
        scores["word_confidence_scores"] = list(_word_scores(page, text))
    return scores


def _word_scores(page: dict[str, Any], text: str) -> Iterable[dict[str, Any]]:
    """The words with their places in the Markdown. A word has the confidence of its line if it has none of its own."""
    start = 0
    for line in page["lines"]:
        words = line.get("words") or [{"text": word} for word in line["text"].split()]
        for word in words:
            written = escaped(word["text"])
            found = text.find(written, start)
            found = text.find(written) if found < 0 else found
            if found < 0:  # such as a hyphenated word whose parts were joined
                continue
            start = found + len(written) if found >= start else start
            yield {
                "text": word["text"],
                "confidence": word.get("confidence", line["confidence"]),
                "start_index": found,
            }
