"""How large results may be. A small file can describe any amount of text, such as pages that share their content."""

from __future__ import annotations

from dataclasses import dataclass

from services.errors import ResultTooLarge
from services.ocr_service.helpers.text_extractor import Page
from utils.compact_json import dumps


@dataclass(frozen=True, slots=True)
class ResultLimits:
    """A dense page of a newspaper or a directory has 30,000 characters in 2,000 lines and takes 1 MB with its words."""

    page_characters: int = 250_000
    page_lines: int = 20_000
    #: Of MuPDF's memory for a page's text and vectors, 72 bytes for each character. Extracted, they take 10 times that.
    text_page_bytes: int = 64 << 20
    #: Of a page as JSON. To build and to compress a page takes about ten times as much memory.
    page_bytes: int = 4 << 20
    #: Of all pages of a job as JSON: 100 pages (MAX_PDF_PAGES) of 1 MB each.
    job_bytes: int = 100 << 20


LIMITS = ResultLimits()


def page_as_json(page: Page) -> bytes:
    """Raises ResultTooLarge for a page above a limit, as soon as that is known."""
    check_text(len(page["text"]), len(page["lines"]))
    packed = dumps(page)
    if len(packed) > LIMITS.page_bytes:
        raise ResultTooLarge(f"The result of this page is larger than {LIMITS.page_bytes} bytes.")
    return packed


def check_text_page(size: int) -> None:
    """Raises ResultTooLarge for a page that MuPDF has read and that takes `size` bytes there."""
    if size > LIMITS.text_page_bytes:
        raise ResultTooLarge(f"This page has more than {LIMITS.page_characters} characters, or too many drawings.")


def check_text(characters: int, lines: int = 0) -> None:
    """Raises ResultTooLarge."""
    if characters > LIMITS.page_characters or lines > LIMITS.page_lines:
        limits = f"{LIMITS.page_characters} characters or {LIMITS.page_lines} lines"
        raise ResultTooLarge(f"This page has more than {limits} of text.")
