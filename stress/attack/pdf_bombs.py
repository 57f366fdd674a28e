"""Small PDFs that take long to render, or much memory, or give results without end."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Callable

from PIL import Image

from stress.attack.pdf_writer import FIRST_OTHER, deflated_zeros, flate, page_pdf, pdf_file, stream

#: A shape over the whole page, with edges that cross.
_FILL = b"0 0 m 0 500 l 500 500 l 250 3 l 500 0 l h f*\n"
_HELVETICA = "/Font<</F<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>>>"
_TEXT = (
    b"BT /F 6 Tf 6 TL 10 490 Td " + b"(The quick brown fox jumps over the lazy dog, again and again) '\n" * 80 + b"ET\n"
)


def fills(count: int = 34_000, pages: int = 1) -> bytes:
    return page_pdf(flate(_FILL * count), pages=pages)


def _strokes() -> bytes:
    """Long dashed curves, with dashes of a thousandth of a point."""
    return page_pdf(flate(b"[.001 .001] 0 d\n" + b"0 0 m 100 900 400 -900 500 500 c S\n" * 2000))


def _glyphs() -> bytes:
    """Glyphs as large as the page, on top of each other."""
    return page_pdf(flate(b"BT /F 600 Tf\n" + b"1 0 0 1 0 0 Tm (@) Tj\n" * 60_000 + b"ET"), _HELVETICA)


def _small_glyphs() -> bytes:
    """A million characters of text on one page."""
    return page_pdf(flate(_TEXT * 220), _HELVETICA)


def _shared_text() -> bytes:
    """40 pages of the same 100,000 characters."""
    return page_pdf(flate(_TEXT * 20), _HELVETICA, pages=40)


def _many_lines() -> bytes:
    """30,000 lines of one character."""
    lines = b"".join(b"BT /F 1 Tf %d %d Td (x) Tj ET\n" % (10 + 5 * (i % 100), 490 - i // 100) for i in range(30_000))
    return page_pdf(flate(lines), _HELVETICA)


def _nested_forms() -> bytes:
    """Forms of ten forms of ten forms, eight deep: a hundred million fills."""
    return page_pdf(stream(b"/X Do"), f"/XObject<</X {FIRST_OTHER} 0 R>>", _chain(8, b"/X Do\n" * 10, _FILL))


def _chain(depth: int, inner: bytes, last: bytes, entries: str = "") -> list[bytes]:
    """Form XObjects, of which each draws the next one with `inner`."""
    forms = []
    for level in range(depth):
        names = f"/Resources<</XObject<</X {FIRST_OTHER + level + 1} 0 R>>>>" if level < depth - 1 else ""
        content = inner if level < depth - 1 else last
        forms.append(stream(content, f"/Type/XObject/Subtype/Form/BBox[0 0 500 500]{names}{entries}"))
    return forms


def _form_that_draws_itself() -> bytes:
    own = f"/Resources<</XObject<</X {FIRST_OTHER} 0 R>>>>"
    form = stream(b"/X Do /X Do", f"/Type/XObject/Subtype/Form/BBox[0 0 500 500]{own}")
    return page_pdf(stream(b"/X Do"), f"/XObject<</X {FIRST_OTHER} 0 R>>", [form])


def _groups() -> bytes:
    """Transparency groups in each other, each with a buffer of the size of the page."""
    group = "/Group<</S/Transparency/I true/K true/CS/DeviceRGB>>"
    forms = _chain(60, b"/X Do\n", _FILL, group)
    return page_pdf(stream(b"/X Do\n" * 50), f"/XObject<</X {FIRST_OTHER} 0 R>>", forms)


def _pattern() -> bytes:
    """A pattern of tiles with a hundredth of a point, filled a thousand times."""
    tile = stream(
        b"0 0 .005 .005 re f",
        "/Type/Pattern/PatternType 1/PaintType 1/TilingType 1/BBox[0 0 .01 .01]/XStep .01/YStep .01/Resources<<>>",
    )
    content = flate(b"/Pattern cs /P scn\n" + _FILL * 1000)
    return page_pdf(content, f"/Pattern<</P {FIRST_OTHER} 0 R>>", [tile])


def _nested_patterns() -> bytes:
    """Tiles that are filled with a pattern of tiles, six deep."""
    tiles = []
    for level in range(6):
        names = f"/Pattern<</P {FIRST_OTHER + level + 1} 0 R>>" if level < 5 else ""
        content = b"/Pattern cs /P scn 0 0 90 90 re f" if level < 5 else b"0 0 1 1 re f"
        kind = "/Type/Pattern/PatternType 1/PaintType 1/TilingType 1/BBox[0 0 90 90]/XStep 3/YStep 3"
        tiles.append(stream(content, f"{kind}/Resources<<{names}>>"))
    return page_pdf(stream(b"/Pattern cs /P scn 0 0 500 500 re f"), f"/Pattern<</P {FIRST_OTHER} 0 R>>", tiles)


def _shading() -> bytes:
    """A colour function, computed for each pixel, drawn a thousand times."""
    domain = "/Domain[0 500 0 500]"
    function = stream(b"{" + b"sin exch cos exch " * 400 + b"0}", f"/FunctionType 4{domain}/Range[0 1 0 1 0 1]")
    shading = f"<</ShadingType 1/ColorSpace/DeviceRGB{domain}/Function {FIRST_OTHER + 1} 0 R>>".encode()
    return page_pdf(flate(b"/S sh\n" * 1000), f"/Shading<</S {FIRST_OTHER} 0 R>>", [shading, function])


def _mesh() -> bytes:
    """20,000 Coons patches, each over the whole page."""
    corners = b"".join(struct.pack(">HH", x, y) for x, y in ((0, 0), (0, 9), (9, 65_000), (65_000, 65_000)) * 3)
    patches = (b"\0" + corners + bytes(12)) * 20_000
    layout = "/BitsPerCoordinate 16/BitsPerComponent 8/BitsPerFlag 8/Decode[0 500 0 500 0 1 0 1 0 1]"
    shading = flate(patches, f"/ShadingType 6/ColorSpace/DeviceRGB{layout}")
    return page_pdf(stream(b"/S sh"), f"/Shading<</S {FIRST_OTHER} 0 R>>", [shading])


def _image(data: bytes, width: int, height: int, coding: str, bits: int = 1, space: str = "/DeviceGray") -> bytes:
    """A page with one picture."""
    size = f"/Width {width}/Height {height}/BitsPerComponent {bits}/ColorSpace{space}"
    picture = stream(data, f"/Type/XObject/Subtype/Image{size}{coding}")
    return page_pdf(stream(b"500 0 0 500 0 0 cm /I Do"), f"/XObject<</I {FIRST_OTHER} 0 R>>", [picture])


def _jbig2() -> bytes:
    """A bilevel picture of 60,000 x 60,000 pixels in 60 bytes."""
    size = struct.pack(">II", 60_000, 60_000)
    page = struct.pack(">IBBI", 0, 0x30, 1, 19) + size + bytes(8) + b"\0\0\0"
    region = (
        struct.pack(">IBBI", 1, 0x26, 1, 18 + 12)
        + size
        + bytes(8)
        + b"\0\0"
        + b"\x03\xff\xfd\xff\x02\xfe\xfe\xfe"
        + bytes(4)
    )
    return _image(page + region, 60_000, 60_000, "/Filter/JBIG2Decode")


def _jpx() -> bytes:
    """A JPEG 2000 picture whose header says 60,000 x 60,000 pixels."""
    buffer = io.BytesIO()
    Image.new("RGB", (64, 64)).save(buffer, format="JPEG2000", no_jp2=True)
    data = bytearray(buffer.getvalue())
    at = data.index(b"\xff\x51") + 6
    struct.pack_into(">IIIIII", data, at, 60_000, 60_000, 0, 0, 60_000, 60_000)
    return _image(bytes(data), 60_000, 60_000, "/Filter/JPXDecode", 8, "/DeviceRGB")


def _fax() -> bytes:
    """A fax of 60,000 x 60,000 pixels without data."""
    return _image(b"\0", 60_000, 60_000, "/Filter/CCITTFaxDecode/DecodeParms<</K -1/Columns 60000/Rows 60000>>")


def _large_image() -> bytes:
    """A picture of 20,000 x 20,000 pixels in colour: 1.2 GB of zeros, compressed twice to 8 kB."""
    data = zlib.compress(deflated_zeros(3 * 20_000 * 20_000), 9)
    return _image(data, 20_000, 20_000, "/Filter[/FlateDecode/FlateDecode]", 8, "/DeviceRGB")


def _dct() -> bytes:
    """A JPEG whose header says 65,500 x 65,500 pixels."""
    buffer = io.BytesIO()
    Image.new("RGB", (64, 64)).save(buffer, format="JPEG")
    data = bytearray(buffer.getvalue())
    struct.pack_into(">HH", data, data.index(b"\xff\xc0") + 5, 65_500, 65_500)
    return _image(bytes(data), 65_500, 65_500, "/Filter/DCTDecode", 8, "/DeviceRGB")


def _object_stream(size: int = 400 << 20) -> bytes:
    """An object stream of 400 MB, compressed twice to 2 kB, that has to be read before the pages are found."""
    data = zlib.compress(deflated_zeros(size), 9)
    packed = stream(data, "/Type/ObjStm/N 2/First 20/Filter[/FlateDecode/FlateDecode]")
    index = b"".join((b"\0\0\0\0\0\0", b"\2\0\0\0\3\0", b"\2\0\0\0\3\1", b"\1" + (9).to_bytes(4, "big") + b"\0"))
    body = b"%PDF-1.7\n3 0 obj\n" + packed + b"\nendobj\n"
    table = stream(index, "/Type/XRef/Size 4/W[1 4 1]/Root 1 0 R")
    return body + b"4 0 obj\n" + table + b"\nendobj\nstartxref\n%d\n%%%%EOF\n" % len(body)


def _large_stream() -> bytes:
    """A content stream of 1 GB of zeros, compressed twice."""
    data = zlib.compress(deflated_zeros(1 << 30), 9)
    return page_pdf(stream(data, "/Filter[/FlateDecode/FlateDecode]"))


def _operators() -> bytes:
    """Ten million saved graphics states."""
    return page_pdf(flate(b"q " * 10_000_000))


def _brackets() -> bytes:
    """Arrays in arrays, five million deep."""
    return page_pdf(flate(b"[" * 5_000_000))


def _page_tree() -> bytes:
    """A page tree whose root has itself as a child, a thousand times."""
    kids = "2 0 R " * 1000
    return pdf_file([b"<</Type/Catalog/Pages 2 0 R>>", f"<</Type/Pages/Count 90/Kids[{kids}]>>".encode()])


def _deep_tree() -> bytes:
    """A page at the end of 20,000 nodes."""
    nodes = [f"<</Type/Pages/Count 1/Kids[{number + 1} 0 R]>>".encode() for number in range(2, 20_002)]
    return pdf_file([b"<</Type/Catalog/Pages 2 0 R>>", *nodes, b"<</Type/Page/MediaBox[0 0 9 9]>>"])


def _claimed_pages() -> bytes:
    """One page and the claim of two billion."""
    return pdf_file(
        [b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Count 2147483647/Kids[3 0 R]>>", b"<</Type/Page>>"]
    )


def _annotations() -> bytes:
    """Form fields, each with an appearance that fills the page."""
    form = stream(_FILL * 100, "/Type/XObject/Subtype/Form/BBox[0 0 500 500]")
    one = f"<</Type/Annot/Subtype/Stamp/Rect[0 0 500 500]/F 4/AP<</N {FIRST_OTHER} 0 R>>>>"
    return page_pdf(stream(b""), others=[form], page=f"/MediaBox[0 0 500 500]/Annots[{one * 4000}]")


def _type3_font() -> bytes:
    """A font whose glyph shows a string of its own glyphs."""
    glyph = stream(b"500 0 d0 BT /F 1 Tf (aaaaaaaaaa) Tj ET 0 0 9 9 re f")
    font = (
        f"<</Type/Font/Subtype/Type3/FontBBox[0 0 1 1]/FontMatrix[1 0 0 1 0 0]/CharProcs<</a {FIRST_OTHER} 0 R>>"
        f"/Encoding<</Differences[97/a]>>/FirstChar 97/LastChar 97/Widths[1]"
        f"/Resources<</Font<</F {FIRST_OTHER + 1} 0 R>>>>>>"
    ).encode()
    content = flate(b"BT /F 9 Tf (aaaaaaaaaa) Tj ET\n" * 1000)
    return page_pdf(content, f"/Font<</F {FIRST_OTHER + 1} 0 R>>", [glyph, font])


def _soft_masks() -> bytes:
    """A soft mask whose group has a soft mask, thirty deep."""
    states = [f"<</SMask<</S/Luminosity/G {FIRST_OTHER + 31 + level} 0 R>>>>".encode() for level in range(31)]
    groups = [
        stream(
            b"/G gs " + _FILL,
            "/Type/XObject/Subtype/Form/BBox[0 0 500 500]/Group<</S/Transparency/CS/DeviceGray>>"
            f"/Resources<</ExtGState<</G {FIRST_OTHER + min(level + 1, 30)} 0 R>>>>",
        )
        for level in range(31)
    ]
    content = flate((b"/G gs " + _FILL) * 200)
    return page_pdf(content, f"/ExtGState<</G {FIRST_OTHER} 0 R>>", [*states, *groups])


def _box(page: str) -> Callable[[], bytes]:
    return lambda: page_pdf(flate(_FILL * 50), page=page)


#: Name: function that writes the file.
PDF_BOMBS: dict[str, Callable[[], bytes]] = {
    "34,000 fills": fills,
    "fills on 3 pages": lambda: fills(34_001, pages=3),
    "dashed strokes": _strokes,
    "large glyphs": _glyphs,
    "a million characters": _small_glyphs,
    "40 pages with one stream": _shared_text,
    "30,000 lines": _many_lines,
    "nested forms": _nested_forms,
    "recursive form": _form_that_draws_itself,
    "nested groups": _groups,
    "soft masks": _soft_masks,
    "pattern of tiny tiles": _pattern,
    "nested patterns": _nested_patterns,
    "shading function": _shading,
    "patch mesh": _mesh,
    "JBIG2 60,000 x 60,000": _jbig2,
    "JPX 60,000 x 60,000": _jpx,
    "fax 60,000 x 60,000": _fax,
    "JPEG in a PDF, 65,500": _dct,
    "picture of 1.2 GB": _large_image,
    "object stream of 400 MB": _object_stream,
    "content of 1 GB": _large_stream,
    "ten million states": _operators,
    "nested arrays": _brackets,
    "recursive page tree": _page_tree,
    "deep page tree": _deep_tree,
    "two billion pages claimed": _claimed_pages,
    "4,000 annotations": _annotations,
    "recursive font": _type3_font,
    "media box 1e9 points": _box("/MediaBox[0 0 1000000000 1000000000]"),
    "crop box 1e9 points": _box("/MediaBox[0 0 9 9]/CropBox[-1000000000 -1000000000 1000000000 1000000000]"),
    "page of 1 x 14,400 points": _box("/MediaBox[0 0 1 14400]"),
    "UserUnit 75,000": _box("/MediaBox[0 0 500 500]/UserUnit 75000"),
}
