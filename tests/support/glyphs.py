"""PDF pages written glyph by glyph, so that a test decides where each glyph is and what it is mapped to."""

from __future__ import annotations

from collections.abc import Sequence

import pymupdf

#: Codes of glyphs that all have some width in Helvetica.
_CODES = "ABCDEGHKLMNOPQRSTUVXYZabcdeghknopqsuvxyz023456789"
_WIDTHS = pymupdf.Font("helv")
_SHADING = (
    "<</ShadingType 2/ColorSpace/DeviceRGB/Coords[72 0 300 0]/Extend[true true]"
    "/Function<</FunctionType 2/Domain[0 1]/C0[1 0 0]/C1[0 0 1]/N 1>>>>"
)


def content_pdf(content: str, fonts: Sequence[str] = ("helv", "cour", "zadb")) -> bytes:
    """A page with this content stream (Latin-1). The fonts have the names that PyMuPDF gives to them.

    `Gradient` is a shading from red to blue, and a pattern with it.
    """
    document = pymupdf.open()
    page = document.new_page()
    for font in fonts:
        page.insert_font(fontname=font)
    _, resources = document.xref_get_key(page.xref, "Resources")
    owner, path = (int(resources.split()[0]), "") if resources.endswith(" R") else (page.xref, "Resources/")
    document.xref_set_key(owner, f"{path}Shading", f"<</Gradient {_SHADING}>>")
    document.xref_set_key(owner, f"{path}Pattern", f"<</Gradient<</PatternType 2/Shading {_SHADING}>>>>")
    _set_content(document, page, content)
    return document.tobytes()


class MappedGlyphs:
    """A page whose glyphs are mapped to any characters: Latin glyphs stand for letters that Helvetica does not have.

    One glyph may be mapped to several characters, as a ligature.
    """

    def __init__(self, size: float = 12) -> None:
        self._size = size
        self._codes: dict[str, str] = {}
        self._content: list[str] = []

    def width(self, glyphs: Sequence[str]) -> float:
        return sum(_WIDTHS.text_length(self._code(glyph), self._size) for glyph in glyphs)

    def draw(self, x: float, y: float, glyphs: Sequence[str]) -> float:
        """Draw glyphs, given by what they are mapped to, from left to right. Returns the x coordinate of the end."""
        codes = "".join(map(self._code, glyphs))
        self._content.append(f"BT /mapped {self._size} Tf 1 0 0 1 {x} {y} Tm ({codes}) Tj ET")
        return x + self.width(glyphs)

    def draw_leftwards(self, x: float, y: float, glyphs: Sequence[str]) -> float:
        """Draw glyphs one by one, each to the left of the one before. Returns the x coordinate of the end."""
        for glyph in glyphs:
            x -= self.width([glyph])
            self.draw(x, y, [glyph])
        return x

    def mark(self, properties: str | None) -> None:
        """Begin marked content with these properties, such as `ActualText (text)`. None ends it."""
        self._content.append(f"/Span <</{properties}>> BDC" if properties else "EMC")

    def pdf(self) -> bytes:
        document = pymupdf.open()
        page = document.new_page()
        _set_content(document, page, "\n".join(self._content))
        mapping = document.get_new_xref()
        document.update_object(mapping, "<<>>")
        document.update_stream(mapping, self._to_unicode().encode())
        font = document.get_new_xref()
        document.update_object(
            font,
            f"<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding/ToUnicode {mapping} 0 R>>",
        )
        document.xref_set_key(page.xref, "Resources", f"<</Font<</mapped {font} 0 R>>>>")
        return document.tobytes()

    def _code(self, glyph: str) -> str:
        if glyph == " ":
            return " "
        return self._codes.setdefault(glyph, _CODES[len(self._codes)])

    def _to_unicode(self) -> str:
        rows = [f"<{ord(code):02x}> <{glyph.encode('utf-16-be').hex()}>" for glyph, code in self._codes.items()]
        return (
            "/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapName /Test def /CMapType 2 def\n"
            "1 begincodespacerange <00> <ff> endcodespacerange\n"
            f"{len(rows) + 1} beginbfchar\n<20> <0020>\n" + "\n".join(rows) + "\nendbfchar\nendcmap end end"
        )


def _set_content(document: pymupdf.Document, page: pymupdf.Page, content: str) -> None:
    stream = document.get_new_xref()
    document.update_object(stream, "<<>>")
    document.update_stream(stream, content.encode("latin-1"))
    document.xref_set_key(page.xref, "Contents", f"{stream} 0 R")
