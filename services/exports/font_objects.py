"""The objects of the glyphless font in a PDF."""

from __future__ import annotations

import pikepdf
from pikepdf import Array, Dictionary, Name, Pdf, Stream

from services.exports.glyphless_font import ASCENT, DESCENT, NAME, UNITS, GlyphlessFont, font_program

#: Flags of a font descriptor: its characters are not those of the standard Latin set.
_SYMBOLIC = 4


def new_font(pdf: Pdf) -> pikepdf.Object:
    """The font, without its codes. Pages can refer to it before `finish` adds them."""
    return pdf.make_indirect(Dictionary(Type=Name.Font, Subtype=Name.Type0, BaseFont=Name(f"/{NAME}")))


def finish(pdf: Pdf, font: pikepdf.Object, codes: GlyphlessFont) -> None:
    """Add what depends on the codes that were used."""
    descriptor = Dictionary(
        Type=Name.FontDescriptor,
        FontName=Name(f"/{NAME}"),
        Flags=_SYMBOLIC,
        FontBBox=Array([0, -DESCENT * UNITS, UNITS, ASCENT * UNITS]),
        ItalicAngle=0,
        Ascent=ASCENT * UNITS,
        Descent=-DESCENT * UNITS,
        CapHeight=ASCENT * UNITS,
        StemV=80,
        FontFile2=_font_file(pdf),
    )
    descendant = Dictionary(
        Type=Name.Font,
        Subtype=Name.CIDFontType2,
        BaseFont=Name(f"/{NAME}"),
        CIDSystemInfo=Dictionary(Registry=b"Adobe", Ordering=b"Identity", Supplement=0),
        FontDescriptor=pdf.make_indirect(descriptor),
        CIDToGIDMap=Stream(pdf, codes.glyph_ids()),
        DW=0,
        W=Array([_start_or_widths(value) for value in codes.width_array()]),
    )
    font.Encoding = Name("/Identity-H")
    font.DescendantFonts = Array([pdf.make_indirect(descendant)])
    font.ToUnicode = Stream(pdf, codes.to_unicode())


def _start_or_widths(value: int | list[int]) -> int | Array:
    return Array(value) if isinstance(value, list) else value


def _font_file(pdf: Pdf) -> Stream:
    program = font_program()
    return Stream(pdf, program, Length1=len(program))
