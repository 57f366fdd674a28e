"""PDFs whose fonts map glyphs to wrong characters, or to right ones in unusual ways."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import pymupdf

from services.ocr_service.helpers.character_maps import codes_of_characters
from tests.support.engine import PROSE

#: Invoice lines: a label and an amount.
ITEMS = (
    ("Consulting services in spring", "1,250.00"),
    ("Travel to the site and back", "318.40"),
    ("Materials and small tools", "97.65"),
    ("Total amount payable", "1,666.05"),
)
LIGATURES = (
    "The ﬁrst ﬂower of the ﬁeld was found",
    "by the ofﬁcer who ﬁlled in the ﬁnal form",
    "and left the ﬁle on the ﬂoor",
)
#: What a glyph is mapped to: a code and its right character give the wrong one.
Change = Callable[[str], str]


def shifted(character: str) -> str:
    """Each digit becomes the third after it: 1,250 becomes 4,583."""
    return str((int(character) + 3) % 10) if character.isdecimal() else character


def swapped(character: str) -> str:
    return character.translate(str.maketrans("69", "96"))


def as_letters(character: str) -> str:
    return "KLMNPRSTUV"[int(character)] if character.isdecimal() else character


def as_signs(character: str) -> str:
    return '!"#$%&<=+*'[int(character)] if character.isdecimal() else character


def private(character: str) -> str:
    return chr(0xE030 + int(character)) if character.isdecimal() else character


def right(character: str) -> str:
    return character


def invoice(change: Change, amounts: str = "hebo", labels: str = "helv", prose: Sequence[str] = PROSE) -> bytes:
    """Prose, and below it invoice lines whose amounts are in a font of their own with a changed map.

    labels, amounts: names of fonts of MuPDF. The fonts are embedded.
    """
    return _changed(_invoice(labels, amounts, prose), {"F1": change})


def subset_invoice(change: Change, amounts: str = "hebo", labels: str = "helv") -> bytes:
    """The same, but the fonts contain only the glyphs that are used."""
    document = pymupdf.open(stream=_invoice(labels, amounts, PROSE))
    document.subset_fonts()
    return _changed(document.tobytes(), {"F1": change})


def _invoice(labels: str, amounts: str | None, prose: Sequence[str]) -> bytes:
    """labels, amounts: names of fonts of MuPDF to embed as F0 and F1. Without `amounts`, they are in Courier."""
    document = pymupdf.open()
    page = document.new_page()
    page.insert_font(fontname="F0", fontbuffer=pymupdf.Font(labels).buffer)
    if amounts:
        page.insert_font(fontname="F1", fontbuffer=pymupdf.Font(amounts).buffer)
    for row, line in enumerate(prose):
        page.insert_text((60, 60 + 16 * row), line, fontname="F0", fontsize=9)
    for row, (label, amount) in enumerate(ITEMS):
        y = 120 + 16 * len(prose) + 20 * row
        page.insert_text((60, y), label, fontname="F0")
        page.insert_text((400, y), amount, fontname="F1" if amounts else "cobo")
    return document.tobytes()


def _changed(data: bytes, changes: Mapping[str, Change]) -> bytes:
    document = pymupdf.open(stream=data)
    for xref, _, _, _, name, _ in document[0].get_fonts():
        if name in changes:
            codes = codes_of_characters(document, xref)
            entries = {code: changes[name](char) for char, found in codes.items() for code in found}
            mapping = int(document.xref_get_key(xref, "ToUnicode")[1].split()[0])
            document.update_stream(mapping, map_of(entries, 4))
    return document.tobytes()


def map_of(entries: Mapping[int, str], digits: int) -> bytes:
    """A ToUnicode map. digits: hexadecimal digits of a code: 2 in simple fonts, 4 in composite ones."""
    rows = "\n".join(
        f"<{code:0{digits}x}> <{target.encode('utf-16-be').hex()}>"
        for code, target in sorted(entries.items())
        if target
    )
    return (
        "/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapName /Test def /CMapType 2 def\n"
        f"1 begincodespacerange <{'0' * digits}> <{'f' * digits}> endcodespacerange\n"
        f"{len(entries)} beginbfchar\n{rows}\nendbfchar\nendcmap end end"
    ).encode()


def ligatures(target: str) -> bytes:
    """Prose with the ligatures fi and fl, which are mapped to `target` (for example only their first letter)."""
    document = pymupdf.open()
    page = document.new_page()
    page.insert_font(fontname="F1", fontbuffer=pymupdf.Font("tiro").buffer)
    for row, line in enumerate([*PROSE, *LIGATURES]):
        page.insert_text((60, 60 + 20 * row), line, fontname="F1", fontsize=10)
    return _changed(document.tobytes(), {"F1": lambda char: target if char in "ﬁﬂ" else char})


def not_embedded(change: Change) -> bytes:
    """Amounts in a font that is not in the file, with a map that nothing needs."""
    return _with_simple_font(
        lambda document: "<</Type/Font/Subtype/Type1/BaseFont/Courier/Encoding/WinAnsiEncoding", change
    )


def type1(change: Change) -> bytes:
    """Amounts in an embedded Type 1 font."""

    def font(document: pymupdf.Document) -> str:
        program = _new_stream(document, pymupdf.Font("tibo").buffer, "<</Subtype/Type1C>>")
        descriptor = document.get_new_xref()
        document.update_object(
            descriptor,
            "<</Type/FontDescriptor/FontName/ABCDEF+Amounts/Flags 4/FontBBox[0 -200 1000 900]/ItalicAngle 0/Ascent 900"
            f"/Descent -200/CapHeight 700/StemV 80/FontFile3 {program} 0 R>>",
        )
        return (
            "<</Type/Font/Subtype/Type1/BaseFont/ABCDEF+Amounts/FirstChar 32/LastChar 57"
            f"/Widths[{'500 ' * 26}]/FontDescriptor {descriptor} 0 R/Encoding<</Type/Encoding/Differences"
            "[44/comma 46/period 48/zero/one/two/three/four/five/six/seven/eight/nine]>>"
        )

    return _with_simple_font(font, change)


def type3(change: Change) -> bytes:
    """Amounts in a font whose glyphs are drawings: digits of seven segments."""

    def font(document: pymupdf.Document) -> str:
        glyphs = {f"g{ord(char)}": _new_stream(document, _segments(char)) for char in ",.0123456789"}
        names = [f"{name[1:]}/{name}" for name in glyphs]
        return (
            "<</Type/Font/Subtype/Type3/Name/Amounts/FontBBox[0 -200 600 800]/FontMatrix[0.001 0 0 0.001 0 0]"
            f"/Resources<<>>/FirstChar 32/LastChar 57/Widths[{'600 ' * 26}]"
            f"/CharProcs<<{''.join(f'/{name} {xref} 0 R' for name, xref in glyphs.items())}>>"
            f"/Encoding<</Type/Encoding/Differences[{' '.join(names)}]>>"
        )

    return _with_simple_font(font, change)


def _segments(char: str) -> bytes:
    """A digit as strokes of seven segments, or a mark on the line."""
    boxes = {
        "a": "80 640 400 60", "b": "420 340 60 340", "c": "420 0 60 340", "d": "80 0 400 60",
        "e": "80 0 60 340", "f": "80 340 60 340", "g": "80 320 400 60",
    }  # fmt: skip
    if not char.isdecimal():
        drawn = ["200 -100 80 180" if char == "," else "200 0 80 80"]
    else:
        segments = ["abcdef", "bc", "abged", "abgcd", "fgbc", "afgcd", "afgedc", "abc", "abcdefg", "abcdfg"]
        drawn = [boxes[one] for one in segments[int(char)]]
    return ("600 0 0 -200 600 800 d1 " + " ".join(f"{box} re f" for box in drawn)).encode()


def _with_simple_font(font: Callable[[pymupdf.Document], str], change: Change) -> bytes:
    """An invoice whose amounts are in a font with one byte per character. font: returns its object without its map."""
    document = pymupdf.open(stream=_invoice("helv", None, PROSE))
    xref = next(xref for xref, _, _, _, name, _ in document[0].get_fonts() if name == "cobo")
    mapping = _new_stream(document, map_of({ord(char): change(char) for char in ",.0123456789"}, 2))
    document.update_object(xref, f"{font(document)}/ToUnicode {mapping} 0 R>>")
    return document.tobytes()


def _new_stream(document: pymupdf.Document, data: bytes, entries: str = "<<>>") -> int:
    xref = document.get_new_xref()
    document.update_object(xref, entries)
    document.update_stream(xref, data)
    return xref
