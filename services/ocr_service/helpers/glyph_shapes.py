"""Whether the glyphs of a font look like the characters that they are mapped to.

A glyph is drawn, cut to its ink, scaled to a small square, and compared with characters in typefaces that MuPDF
contains. That takes tens of microseconds, and OCR of a line a thousand times longer. Ornate typefaces cannot be judged:
for them the answer is "no".
"""

from __future__ import annotations

import math
import string
import unicodedata
from collections.abc import Collection, Sequence
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[np.float32]

#: Typefaces of MuPDF: sans serif, serif and typewriter; upright, bold and italic; Droid Sans.
_TYPEFACES = ("helv", "hebo", "heit", "tiro", "tibo", "tiit", "cour", "cobo", "cjk")
#: Glyphs are drawn at this size into cells of this size (pixels), and scaled to a square of this size.
_SIZE, _CELL, _SQUARE = 24, 48, 12
#: Characters that are drawn together, because a document that needs one needs many.
_COMMON = string.digits + string.ascii_letters
_LIGATURES = "\ufb01\ufb02"
_ACCENTED = "".join(filter(str.isalpha, map(chr, range(0xC0, 0x180))))
#: Pixels with more than this darkness (0 to 255) are ink.
_MIN_INK = 64
#: Minimum similarity (cosine) of a glyph and its character.
_MIN_SIMILARITY = 0.5
#: Glyphs are text if so many different characters are similar to them.
_MIN_TEXT, _MIN_TEXT_SIMILARITY = 3, 0.8
_TEXT = string.digits + string.ascii_lowercase
#: Maximum difference of proportions (natural logarithm of width by height).
_MAX_STRETCH = 0.6


def look_like(font: Any, glyphs: Sequence[int], characters: Sequence[str]) -> list[bool]:
    """For each glyph of a MuPDF font (fz_font), whether it looks like the character at the same place.

    Among digits, and among letters, no other character may be more similar.
    """
    if not glyphs:
        return []
    shapes, proportions = _shapes_of(font, glyphs)
    return [
        _MIN_SIMILARITY <= _similarity(shape, size, *_reference(char)) >= _similarity(shape, size, *_rivals(char))
        for shape, size, char in zip(shapes, proportions, characters, strict=True)
    ]


def look_like_text(font: Any, glyphs: Collection[int]) -> bool:
    """Whether some glyphs of a MuPDF font look like different letters or digits, and not like icons."""
    shapes, proportions = _shapes_of(font, [*glyphs])
    found = set()
    for shape, proportion in zip(shapes, proportions, strict=True):
        similar = {char: _similarity(shape, proportion, *_reference(char)) for char in _TEXT}
        best = max(similar, key=lambda char: similar[char])
        if similar[best] >= _MIN_TEXT_SIMILARITY:
            found.add(best)
    return len(found) >= _MIN_TEXT


def have_ink(font: Any, glyphs: Sequence[int]) -> list[bool]:
    """For each glyph of a MuPDF font (fz_font), whether it shows anything."""
    shapes, _ = _shapes_of(font, glyphs)
    return [bool(shape.any()) for shape in shapes]


def _similarity(shape: Array, proportion: float, references: Array, proportions: Array) -> float:
    if not proportions.size:
        return 0.0
    return float(((references @ shape) * (np.abs(proportions - proportion) <= _MAX_STRETCH)).max())


@cache
def _reference(character: str) -> tuple[Array, Array]:
    """Shapes and proportions of a character, its other case, and its letter without accents, in all typefaces."""
    plain = unicodedata.normalize("NFKD", character)
    if character in _LIGATURES:
        return _references(character)
    return _references("".join(sorted({character, plain[0], plain[0].lower(), plain[0].upper()})))


@cache
def _rivals(character: str) -> tuple[Array, Array]:
    """Shapes and proportions of the characters that a character could be confused with."""
    if character in string.digits:
        return _references(string.digits.replace(character, ""))
    if character in _LIGATURES:
        return _references(_LIGATURES.replace(character, "") + string.ascii_letters)
    plain = unicodedata.normalize("NFKD", character)[0].lower()
    return _references("".join(letter for letter in string.ascii_letters if letter.lower() != plain))


@cache
def _references(characters: str) -> tuple[Array, Array]:
    parts = [_references_of(character) for character in characters]
    return np.concatenate([shapes for shapes, _ in parts]), np.concatenate([sizes for _, sizes in parts])


def _references_of(character: str) -> tuple[Array, Array]:
    for characters in (_COMMON, _ACCENTED):
        if character in characters:
            return _draw_references(characters)[character]
    return _draw_references(character)[character]


@lru_cache(1024)
def _draw_references(characters: str) -> dict[str, tuple[Array, Array]]:
    """Shapes and proportions of each character, in all typefaces that have it."""
    shapes = np.zeros((len(characters), len(_TYPEFACES), _SQUARE * _SQUARE), np.float32)
    proportions = np.zeros((len(characters), len(_TYPEFACES)), np.float32)
    for at, font in enumerate(_typefaces()):
        shapes[:, at], proportions[:, at] = _shapes_of(font, [_glyph_of(font, character) for character in characters])
    has_ink: NDArray[np.bool_] = np.any(shapes, axis=2)
    return {
        character: (shapes[at][has_ink[at]], proportions[at][has_ink[at]]) for at, character in enumerate(characters)
    }


@cache
def _typefaces() -> list[Any]:
    import pymupdf

    return [pymupdf.Font(name).this for name in _TYPEFACES]


def _glyph_of(font: Any, character: str) -> int:
    from pymupdf import mupdf

    return int(mupdf.fz_encode_character(font, ord(character)))


def _shapes_of(font: Any, glyphs: Sequence[int]) -> tuple[Array, Array]:
    """Shapes (count, pixels): darkness with mean 0 and length 1, zeros without ink. And log of width by height.

    Glyph 0 stands for a missing glyph and has no ink here.
    """
    drawn = _draw(font, glyphs)
    drawn[np.equal(glyphs, 0)] = 0
    shapes = np.zeros((len(glyphs), _SQUARE * _SQUARE), np.float32)
    proportions = np.zeros(len(glyphs), np.float32)
    boxes = zip(_extents(drawn.max(axis=2) > _MIN_INK), _extents(drawn.max(axis=1) > _MIN_INK), strict=True)
    for at, ((top, bottom), (left, right)) in enumerate(boxes):
        ink = drawn[at, top:bottom, left:right].astype(np.float32)
        if ink.size:
            proportions[at] = math.log(ink.shape[1] / ink.shape[0])
            shapes[at] = (_weights(ink.shape[0]) @ ink @ _weights(ink.shape[1]).T).ravel()
    shapes -= shapes.mean(axis=1, keepdims=True)
    lengths = np.sqrt(np.einsum("ij,ij->i", shapes, shapes))[:, None]
    return shapes / np.maximum(lengths, 1e-6), proportions


def _extents(has_ink: NDArray[np.bool_]) -> list[tuple[int, int]]:
    """Start and end of the ink in each row. Equal without ink."""
    start = has_ink.argmax(axis=1)
    end = has_ink.shape[1] - has_ink[:, ::-1].argmax(axis=1)
    return list(zip(start.tolist(), np.where(has_ink.any(axis=1), end, start).tolist(), strict=True))


@cache
def _weights(length: int) -> Array:
    """Matrix (square, length) that averages `length` pixels to the side of the square."""
    edges = np.linspace(0, length, _SQUARE + 1)
    pixels = np.arange(length)
    covered = np.minimum(edges[1:, None], pixels + 1) - np.maximum(edges[:-1, None], pixels)
    weights: Array = (np.clip(covered, 0, 1) * (_SQUARE / length)).astype(np.float32)
    return weights


def _draw(font: Any, glyphs: Sequence[int]) -> NDArray[np.uint8]:
    """Darkness (count, cell, cell) of each glyph, 0 to 255."""
    from pymupdf import mupdf

    text = mupdf.FzText()
    for at, glyph in enumerate(glyphs):
        place = mupdf.FzMatrix(_SIZE, 0, 0, -_SIZE, _CELL / 4, (at + 0.7) * _CELL)
        mupdf.fz_show_glyph(text, font, place, glyph, 0, 0, 0, mupdf.FZ_BIDI_LTR, mupdf.FZ_LANG_UNSET)
    grey = mupdf.FzColorspace(mupdf.FzColorspace.Fixed_GRAY)
    box = mupdf.FzIrect(0, 0, _CELL, _CELL * len(glyphs))
    pixmap = mupdf.fz_new_pixmap_with_bbox(grey, box, mupdf.FzSeparations(), 0)
    mupdf.fz_clear_pixmap_with_value(pixmap, 255)
    device = mupdf.fz_new_draw_device(mupdf.FzMatrix(), pixmap)
    mupdf.fz_fill_text(device, text, mupdf.FzMatrix(), grey, [0.0], 1.0, mupdf.FzColorParams())
    mupdf.fz_close_device(device)
    samples = np.frombuffer(mupdf.fz_pixmap_samples_memoryview(pixmap), np.uint8)
    return 255 - samples.reshape(len(glyphs), _CELL, _CELL)
