"""Puts what OCR reads at the place of a line into that line of the text layer."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from itertools import islice

from paddleocr_service import Line, Word
from services.ocr_service.helpers.layer_gaps import is_unmapped
from services.ocr_service.helpers.text_layer import LayerLine


def corrected(line: LayerLine, ocr: Line, wrong_fonts: Collection[str]) -> Line:
    """The line with gaps and the text of wrong fonts (by name) replaced by what OCR reads there.

    If OCR reads another number of characters, for example because of a ligature, all the text is replaced.
    """
    read = "".join(ocr.text.split())
    written = "".join(line.line.text.split())
    given = [(name, char) for name, part in line.fonts for char in part if not char.isspace()]
    if not len(read) == len(written) == len(given):
        return ocr
    chars = [
        new if is_unmapped(char) or (name in wrong_fonts and _outranks(new, old)) else old
        for (name, char), old, new in zip(given, written, read, strict=True)
    ]
    rest = iter(chars)
    text = "".join(char if char == " " else next(rest) for char in line.line.text)
    return replace(line.line, text=text, confidence=ocr.confidence, words=_words(line.line.words, chars))


def _outranks(ocr: str, layer: str) -> bool:
    """Maps are rarely wrong for punctuation, and OCR confuses small marks."""
    return ocr.isalnum() or layer.isalnum()


def _words(words: tuple[Word, ...], chars: list[str]) -> tuple[Word, ...]:
    """The words with new characters."""
    rest = iter(chars)
    return tuple(replace(word, text="".join(islice(rest, len(word.text)))) for word in words)
