"""Corrects the text of a page where it differs from what a reader sees.

Each correction has a cheap test on the text, because most pages need none and characters take long to extract.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from services.ocr_service.helpers import accents, bidi, double_quotes, layer_duplicates, rtl_lines, wingdings
from services.ocr_service.helpers.clip_text import unpainted_clips
from services.ocr_service.helpers.fixed_pitch import join_fixed_pitch
from services.ocr_service.helpers.layer_characters import (
    SOFT_HYPHEN,
    PageText,
    drop_empty,
    lines_of,
    show_hyphens,
)
from services.ocr_service.helpers.page_drawing import CLIP, DRAWN, Raw
from services.ocr_service.helpers.page_transform import is_inside

if TYPE_CHECKING:
    import pymupdf

#: Text with at most this alpha (of 255), or a font smaller than this (points), is invisible.
_MAX_INVISIBLE_ALPHA, _MIN_SIZE = 12, 1.0


def is_invisible(span: Raw) -> bool:
    """Whether a span is not drawn. The alpha of a clip has no meaning: what is painted through it is seen."""
    flags = span["char_flags"]
    if span["size"] < _MIN_SIZE:
        return True
    return not (flags & CLIP or (flags & DRAWN and span["alpha"] > _MAX_INVISIBLE_ALPHA))


def needs_characters(text: PageText) -> bool:
    """Whether a correction needs the position of each character."""
    if bidi.RIGHT_TO_LEFT.search(text.rare) and bidi.RIGHT_TO_LEFT_WORD.search(text.text):
        return True
    return SOFT_HYPHEN in text.rare or accents.has_accents(text) or layer_duplicates.has_duplicates(text)


def correct(page: pymupdf.Page, blocks: Sequence[Raw], text: PageText) -> None:
    """Correct the blocks of a page in place. They have characters if `needs_characters`. text: of the blocks."""
    _hide_unpainted(page, text)
    _show_symbols(text)
    if text.has_characters:
        _correct_characters(blocks, text)
    elif double_quotes.has_split_quotes(text):
        double_quotes.join_in_spans(text.spans)


def _correct_characters(blocks: Sequence[Raw], text: PageText) -> None:
    for line in text.lines:
        join_fixed_pitch(line)
    if layer_duplicates.has_duplicates(text):
        layer_duplicates.drop_duplicates(blocks, is_invisible)
    if SOFT_HYPHEN in text.rare:
        for line in lines_of(blocks):
            show_hyphens(line)
        drop_empty(blocks)
    if double_quotes.has_split_quotes(text):
        for line in text.lines:
            double_quotes.join_quotes(line)
    if accents.has_accents(text):
        accents.join_accents(blocks)
    if bidi.RIGHT_TO_LEFT.search(text.rare):
        rtl_lines.order_rtl_lines(blocks)


def _show_symbols(text: PageText) -> None:
    fonts = {span["font"] for span in text.spans}
    if not wingdings.PRIVATE.search(text.rare):
        fonts = {font for font in fonts if wingdings.is_wingdings(font)}
    if fonts:
        wingdings.show_symbols(span for span in text.spans if span["font"] in fonts)


def _hide_unpainted(page: pymupdf.Page, text: PageText) -> None:
    """Mark text that is a clip through which nothing is painted as not drawn."""
    clips = [span for span in text.spans if span["char_flags"] & CLIP]
    if clips:
        unpainted = unpainted_clips(page)
        for span in clips:
            if any(_is_in(span, box) for box in unpainted):
                span["char_flags"] &= ~(DRAWN | CLIP)


def _is_in(span: Raw, box: tuple[float, float, float, float]) -> bool:
    """Whether the middle of a span's baseline is in a box."""
    x0, y0, x1, y1 = span["bbox"]
    x, y = (x0 + x1) / 2, (y0 + y1) / 2
    return is_inside((x, y, x + 0.01, y + 0.01), box)
