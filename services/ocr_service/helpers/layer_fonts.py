"""Proof that the characters of a text layer are the ones that its fonts show.

A PDF stores numbers of glyphs, and a separate map from these to characters (`ToUnicode`), which may be wrong. There are
two cheap proofs that it is right: the font program itself has the glyph under the name or code of that character, or
the glyph looks like it. A font that has no map and is not in the file needs no proof: viewers choose its glyphs by
character.
"""

from __future__ import annotations

import string
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from services.ocr_service.helpers.character_maps import codes_of_characters
from services.ocr_service.helpers.glyph_shapes import have_ink, look_like, look_like_text
from services.ocr_service.helpers.layer_gaps import is_private

_NAMES = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
_DIGIT_NAMES = dict(zip(string.digits, _NAMES, strict=True))
_LETTERS = frozenset(string.ascii_letters)
SPACE = " "
#: If this share of the letters of a font is proven, the map is right, and the other letters only have unusual shapes.
_MIN_PROVEN = 0.75
#: Forms inside forms are followed to this depth.
_MAX_DEPTH = 4


@dataclass(eq=False)
class _Font:
    """A font object.

    codes: the codes mapped to each character, empty without a map. is_known: its characters can be proven. unproven:
    some of `examined`. doubtful: the glyphs without proof of each character. ambiguous: letters that several codes are
    mapped to, one of which may show a ligature. So may one of the codes of a space.
    """

    name: str
    codes: Mapping[str, list[int]]
    is_known: bool
    examined: set[str] = field(default_factory=set)
    unproven: set[str] = field(default_factory=set)
    doubtful: dict[str, set[int]] = field(default_factory=dict)
    ambiguous: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        several = {char for char, codes in self.codes.items() if len(codes) > 1}
        self.ambiguous = frozenset(char for char in several if char == SPACE or _is_latin_letter(char))


class FontProofs:
    """The fonts of a document. Each character of a font object is examined once. document: an open PyMuPDF document."""

    def __init__(self, document: Any) -> None:
        from pymupdf import mupdf

        self._mupdf = mupdf
        self._document = document
        self._pdf = mupdf.pdf_document_from_fz_document(document.this)
        self._resources = mupdf.pdf_new_name("Resources")
        self._fonts: dict[int, _Font] = {}
        self._fonts_of_form: dict[int, frozenset[int]] = {}

    def unproven(self, page: int, used: Mapping[str, Collection[str]]) -> dict[str, frozenset[str]]:
        """Characters without proof, by font name. Fonts that have no map or were not found are left out.

        page: from 1. used: the characters to prove, by font name. The result may contain characters that were examined
        on other pages, and letters that several glyphs are mapped to, which are examined without being asked for.
        """
        found: dict[str, set[str]] = {}
        unknown = set()
        page_object = self._mupdf.pdf_lookup_page_obj(self._pdf, page - 1)
        resources = self._mupdf.pdf_dict_get_inheritable(page_object, self._resources)
        for xref in self._fonts_in(resources.m_internal, 0):
            font = self._fonts.get(xref)
            if font is None or (font.codes and not font.examined.issuperset(used.get(font.name, ()))):
                font = self._examine(xref, resources, used)
            found.setdefault(font.name, set()).update(font.unproven)
            if not font.is_known:
                unknown.add(font.name)
        return {name: frozenset(chars) for name, chars in found.items() if name in used and name not in unknown}

    def confirm(self, characters: Mapping[str, Collection[str]]) -> None:
        """Record that these characters, by font name, are right."""
        for font in self._fonts.values():
            font.unproven.difference_update(characters.get(font.name, ()))

    def ambiguous(self, characters: Mapping[str, Collection[str]]) -> dict[str, frozenset[str]]:
        """Those of these letters that several glyphs of a font are mapped to."""
        found: dict[str, set[str]] = {}
        for font in self._fonts.values():
            found.setdefault(font.name, set()).update(font.ambiguous)
        both = {name: frozenset(chars).intersection(found.get(name, ())) for name, chars in characters.items()}
        return {name: chars for name, chars in both.items() if chars}

    def places(self, page: int, characters: Mapping[str, Collection[str]]) -> list[tuple[float, float]]:
        """Points (x, y) of the page where a glyph without proof stands for one of these characters.

        Slow: MuPDF reads the page again.
        """
        glyphs: dict[tuple[str, str], set[int]] = {}
        for font in self._fonts.values():
            for character in font.unproven.intersection(characters.get(font.name, ())):
                glyphs.setdefault((font.name, character), set()).update(font.doubtful.get(character, ()))
        return [
            origin
            for span in self._document[page - 1].get_texttrace()
            for code, glyph, origin, _ in span["chars"]
            if glyph in glyphs.get((span["font"], chr(code)), ())
        ]

    def _fonts_in(self, resources: Any, depth: int) -> Iterator[int]:
        """The object numbers of the fonts of a page or form, and of the forms that it draws."""
        if not resources:
            return
        mupdf = self._mupdf
        fonts = mupdf.ll_pdf_dict_gets(resources, "Font")
        for at in range(mupdf.ll_pdf_dict_len(fonts)):
            if xref := mupdf.ll_pdf_to_num(mupdf.ll_pdf_dict_get_val(fonts, at)):
                yield xref
        forms = mupdf.ll_pdf_dict_gets(resources, "XObject")
        for at in range(mupdf.ll_pdf_dict_len(forms) if depth < _MAX_DEPTH else 0):
            form = mupdf.ll_pdf_dict_get_val(forms, at)
            xref = mupdf.ll_pdf_to_num(form)
            if xref not in self._fonts_of_form:
                self._fonts_of_form[xref] = frozenset()  # a form may contain itself
                inner = mupdf.ll_pdf_dict_gets(form, "Resources")
                self._fonts_of_form[xref] = frozenset(self._fonts_in(inner, depth + 1))
            yield from self._fonts_of_form[xref]

    def _examine(self, xref: int, resources: Any, used: Mapping[str, Collection[str]]) -> _Font:
        """Examine the characters of a font that were not examined before."""
        mupdf = self._mupdf
        stack = mupdf.pdf_resource_stack()
        stack.resources = resources.m_internal
        reference = mupdf.pdf_new_indirect(self._pdf, xref, 0)
        try:
            loaded = mupdf.ll_pdf_load_font(self._pdf.m_internal, stack, reference.m_internal)
        except mupdf.FzErrorBase:  # damaged: MuPDF shows its text in another font
            return self._fonts.setdefault(xref, _Font("", {}, is_known=False))
        try:
            program = mupdf.FzFont(mupdf.ll_fz_keep_font(loaded.font))
            font = self._fonts.get(xref)
            if font is None:
                codes = codes_of_characters(self._document, xref)
                name = mupdf.fz_font_name(program)
                is_known = bool(codes) or not loaded.is_embedded
                font = self._fonts[xref] = _Font(name.partition("+")[2] or name, codes, is_known)
            if font.name in used and font.codes:
                asked = font.ambiguous.union(_DIGIT_NAMES, used[font.name]) - font.examined
                glyphs = {char: {self._glyph(loaded, code) for code in font.codes.get(char, ())} for char in asked}
                self._judge(font, program, glyphs)
            return font
        finally:
            mupdf.ll_pdf_drop_font(loaded)

    def _glyph(self, font: Any, code: int) -> int:
        return int(self._mupdf.ll_pdf_font_cid_to_gid(font, self._mupdf.ll_pdf_lookup_cmap(font.encoding, code)))

    def _judge(self, font: _Font, program: Any, glyphs: Mapping[str, set[int]]) -> None:
        """Prove characters, given the glyphs that are mapped to them, by the names or else by the shapes of these."""
        nameless = [
            (char, glyph)
            for char, found in glyphs.items()
            for glyph in found
            if not self._is_named(program.m_internal, glyph, char)
        ]
        private = [(char, glyph) for char, glyph in nameless if is_private(char)]
        nameless = [pair for pair in nameless if pair not in private]
        spaces = [glyph for char, glyph in nameless if char == SPACE]
        if spaces and not all(inked := have_ink(program, spaces)):
            blank = {glyph for glyph, has_ink in zip(spaces, inked, strict=True) if not has_ink}
            nameless = [(char, glyph) for char, glyph in nameless if glyph not in blank]
        if private and look_like_text(program, {glyph for _, glyph in private}):
            font.unproven.update(char for char, _ in private)
        alike = look_like(program, [glyph for _, glyph in nameless], [char for char, _ in nameless])
        for (char, glyph), like in zip(nameless, alike, strict=True):
            if not like:
                font.doubtful.setdefault(char, set()).add(glyph)
        unproven = font.doubtful.keys() & glyphs.keys()
        letters = _LETTERS & glyphs.keys()
        if len(letters - unproven) >= _MIN_PROVEN * len(letters):
            unproven -= letters - font.ambiguous
        font.examined.update(glyphs)
        font.unproven.update(unproven)

    def _is_named(self, program: Any, glyph: int, character: str) -> bool:
        if glyph == self._mupdf.ll_fz_encode_character(program, ord(character)):
            return True
        name = _DIGIT_NAMES.get(character, character)
        return name.isascii() and glyph == self._mupdf.ll_fz_encode_character_by_glyph_name(program, name)


def _is_latin_letter(char: str) -> bool:
    return char.isalpha() and (char < "\u0250" or char in "\ufb01\ufb02")
