"""The options of a job, as keyword arguments and as arguments of the command line."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from paddleocr_service import UnreadableDocument
from services.exports.formats import Format
from services.extraction.options import EXTRACT_NAMES, MASK_NAMES, canonical
from services.ocr_service.options import DocumentOptions

_DEFAULTS = DocumentOptions(lang="en", dpi=300)
_NAMES = {"extract": EXTRACT_NAMES, "mask": MASK_NAMES}
#: Formats that show words, and where each word is.
_WITH_WORDS = ("hocr", "alto", "tsv")


def document_options(given: Mapping[str, Any], chosen: Format | None = None) -> DocumentOptions:
    """chosen: the format to write. Raises UnreadableDocument for values that are unknown, TypeError for names."""
    canonical_names = {option: _canonical(option, given.get(option, "")) for option in _NAMES}
    options = replace(_DEFAULTS, **{**given, **canonical_names})
    if chosen and chosen.needs_source:
        options = replace(options, outputs=chosen.name)
    if chosen and chosen.name in _WITH_WORDS:
        options = replace(options, detail="word")
    return options


def add_document_arguments(parser: argparse.ArgumentParser) -> None:
    """Those that only documents have: `paddleocr_service.engine_arguments` has the others."""
    parser.add_argument("--pages", default="", help="pages to read, such as 1-3,7")
    parser.add_argument("--dpi", type=int, default=_DEFAULTS.dpi, help="resolution at which PDF pages are rendered")
    parser.add_argument(
        "--mode",
        choices=["auto", "ocr", "text"],
        default="auto",
        help="text: from the text layer of a PDF; ocr: by OCR",
    )
    for option, names in _NAMES.items():
        parser.add_argument(f"--{option}", default="", help=f"{', '.join(names)} or all; several with commas")


def _canonical(option: str, text: str) -> str:
    names = _NAMES[option]
    try:
        return canonical(text, names)
    except ValueError as error:
        raise UnreadableDocument(
            f"{option}: unknown name {str(error)!r}. Known: {', '.join(names)}, all.", "invalid_option"
        ) from error
