"""A font without outlines for invisible text in every script.

It is a CID font (ISO 32000-2, 9.7). Each character with its marks gets the next character code (CID) when it is first
used, and `ToUnicode` maps the code back. All codes of the same width share one empty glyph of that width, so the
embedded TrueType program has eight glyphs and less than a kilobyte.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from services.exports.character_widths import WIDTHS, coded_parts, width_of

NAME = "GlyphLess"
#: Shares of the font size above and below the baseline. Programs compute the height of selected text from them.
ASCENT, DESCENT = 0.8, 0.2
UNITS = 1000
#: Codes have two bytes, and code 0 is that of a missing glyph.
_MAX_CODES = 0xFFFF
_MAPPINGS_PER_BLOCK = 100  # the limit for one `beginbfchar`

_CMAP_START = b"""/CIDInit /ProcSet findresource begin
12 dict begin
begincmap
/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def
/CMapName /Adobe-Identity-UCS def
/CMapType 2 def
1 begincodespacerange
<0000> <FFFF>
endcodespacerange
"""
_CMAP_END = b"""endcmap
CMapName currentdict /CMap defineresource pop
end
end
"""


class _Codes(dict[str, str]):
    """The code of each part of a text, in hexadecimal digits. A part gets its code when it is first used."""

    def __missing__(self, part: str) -> str:
        code = self[part] = f"{min(len(self) + 1, _MAX_CODES):04X}"
        return code


@dataclass(eq=False)
class GlyphlessFont:
    """The codes that one document uses."""

    _codes: _Codes = field(init=False, default_factory=_Codes)
    _encoded: dict[str, tuple[str, int]] = field(init=False, default_factory=dict)

    def encode(self, text: str) -> tuple[str, int]:
        """Hexadecimal codes of the text, and its width in thousandths of the font size."""
        found = self._encoded.get(text)
        if found is None:
            codes, parts = self._codes, text if text.isascii() else list(coded_parts(text))
            found = "".join([codes[part] for part in parts]), sum(map(width_of, parts))
            if len(self._encoded) < _MAX_CODES:  # words repeat on a page, but a document has no end of them
                self._encoded[text] = found
        return found

    def encode_whole(self, text: str) -> tuple[str, int]:
        """The same with one code for the whole text, which programs do not divide."""
        return self._codes[text], width_of(text)

    def to_unicode(self) -> bytes:
        """The stream that maps codes to characters."""
        blocks = [_CMAP_START]
        mappings = [b"<%b> <%b>\n" % (code.encode(), _utf16(part)) for part, code in self._codes.items()]
        for start in range(0, len(mappings), _MAPPINGS_PER_BLOCK):
            block = mappings[start : start + _MAPPINGS_PER_BLOCK]
            blocks += [b"%d beginbfchar\n" % len(block), *block, b"endbfchar\n"]
        return b"".join([*blocks, _CMAP_END])

    def glyph_ids(self) -> bytes:
        """The stream `CIDToGIDMap`: two bytes for each code from 0."""
        return struct.pack(f">{len(self._codes) + 1}H", 0, *map(WIDTHS.index, self._widths()))

    def width_array(self) -> list[int | list[int]]:
        """The value of `W`."""
        return [1, list(self._widths())]

    def _widths(self) -> Iterator[int]:
        return map(width_of, self._codes)


def _utf16(text: str) -> bytes:
    return text.encode("utf-16-be", "replace").hex().upper().encode()


def font_program() -> bytes:
    """A TrueType font with an empty glyph of each width. Glyph 0, that of missing characters, has no width."""
    count = len(WIDTHS)
    ascent, descent = round(ASCENT * UNITS), -round(DESCENT * UNITS)
    box = (0, descent, UNITS, ascent)
    tables = {
        b"OS/2": _os2(ascent, descent),
        b"cmap": _cmap(),
        b"glyf": b"\0\0",  # no glyph has an outline; some readers reject an empty table
        b"head": struct.pack(">IIIIHHQQ4hHHhhh", 0x10000, 0x10000, 0, 0x5F0F3CF5, 0, UNITS, 0, 0, *box, 0, 8, 2, 0, 0),
        b"hhea": struct.pack(">IhhhH11hH", 0x10000, ascent, descent, 0, UNITS, *[0] * 11, count),
        b"hmtx": b"".join(struct.pack(">Hh", width, 0) for width in WIDTHS),
        b"loca": struct.pack(f">{count + 1}H", *[0] * (count + 1)),
        b"maxp": struct.pack(">IH13H", 0x10000, count, 0, 0, 0, 0, 2, *[0] * 8),
        b"name": _names(),
        b"post": struct.pack(">IIhhIIIII", 0x30000, 0, 0, 0, 0, 0, 0, 0, 0),
    }
    return _font_file(tables)


def _os2(ascent: int, descent: int) -> bytes:
    numbers = (3, UNITS // 2, 400, 5, 0, *[0] * 10, 0)
    panose, ranges = bytes(10), bytes(16)
    rest = (0x40, 0, 0xFFFF, ascent, descent, 0, ascent, -descent, 0, 0, 0, 0, 0, 0x20, 0)
    return (
        struct.pack(">H h H H H 10h h", *numbers) + panose + ranges + b"NONE" + struct.pack(">HHHhhhHHIIhhHHH", *rest)
    )


def _cmap() -> bytes:
    """A format 4 table that maps only the mandatory last character."""
    subtable = struct.pack(">7H", 4, 24, 0, 2, 2, 0, 0) + struct.pack(">5H", 0xFFFF, 0, 0xFFFF, 1, 0)
    return struct.pack(">HHHHI", 0, 1, 3, 1, 12) + subtable


def _names() -> bytes:
    """Family, style, full and PostScript name."""
    records, strings = b"", b""
    for number, text in ((1, NAME), (2, "Regular"), (3, NAME), (4, NAME), (6, NAME)):
        encoded = text.encode("utf-16-be")
        records += struct.pack(">6H", 3, 1, 0x409, number, len(encoded), len(strings))
        strings += encoded
    count = len(records) // 12
    return struct.pack(">HHH", 0, count, 6 + len(records)) + records + strings


def _font_file(tables: dict[bytes, bytes]) -> bytes:
    count = len(tables)
    power = count.bit_length() - 1
    header = struct.pack(">IHHHH", 0x10000, count, 16 << power, power, 16 * count - (16 << power))
    directory, data = b"", b""
    start = len(header) + 16 * count
    for tag, table in sorted(tables.items()):
        directory += struct.pack(">4sIII", tag, _checksum(table), start + len(data), len(table))
        data += table + bytes(-len(table) % 4)
    file = bytearray(header + directory + data)
    head = start + sum(len(table) + -len(table) % 4 for tag, table in tables.items() if tag < b"head")
    struct.pack_into(">I", file, head + 8, (0xB1B0AFBA - _checksum(bytes(file))) & 0xFFFFFFFF)
    return bytes(file)


def _checksum(data: Sequence[int] | bytes) -> int:
    padded = bytes(data) + bytes(-len(data) % 4)
    return int(sum(struct.unpack(f">{len(padded) // 4}I", padded))) & 0xFFFFFFFF
