"""The text of pages, and of parts of them, in the formats of `services/exports`."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from services.exports.formats import BY_NAME, render
from services.exports.result import Result


def markdown(page: dict[str, Any], furniture: bool = False) -> str:
    """One page as Markdown. `furniture`: with page headers, page footers and page numbers."""
    return rendered({"pages": [page]}, "markdown", furniture).strip("\n")


def markdown_of_blocks(page: dict[str, Any], blocks: Iterable[dict[str, Any]]) -> str:
    """Some blocks of a page as Markdown, whatever their kind."""
    chosen = list(blocks)
    return markdown({**page, "blocks": chosen}, furniture=True) if chosen else ""


def rendered(document: dict[str, Any], name: str, furniture: bool = False) -> str:
    """A result document as Markdown or HTML."""
    pages = [_without_lines(page) for page in document["pages"]]
    return b"".join(render(Result.of({**document, "pages": pages}), BY_NAME[name], furniture).parts).decode()


def _without_lines(page: dict[str, Any]) -> dict[str, Any]:
    """What these formats read. The lines are most of a page, and only tables of old results refer to their texts."""
    blocks = page["blocks"]
    needed = any(block["kind"] == "table" and "cells" not in block for block in blocks)
    return {"page": page["page"], "text": page["text"], "blocks": blocks, "lines": page["lines"] if needed else []}
