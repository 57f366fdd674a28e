"""``python -m bench alpha_pictures [FOLDER]``: what PNGs with an alpha channel cost in a searchable PDF.

PDF has no pixels with an alpha channel, so their data cannot be copied as it is. Each picture is decoded and packed
again. The bench compares this with its two unavoidable parts, and with a copy of the data in a colour space of four
components (DeviceN) whose function drops the alpha channel: such a copy takes no time to write, but more to show.
"""

from __future__ import annotations

import argparse
import struct
import sys
import time
import zlib
from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path

import pymupdf
from PIL import Image

from bench.machine import describe
from bench.ocr import SAMPLE
from services.exports.image_pdf import add_page, resolution
from services.exports.page_matrix import PageMatrix
from services.exports.pdf_writer import PdfWriter
from services.exports.picture_streams import PictureStream, packed_stream

_UPRIGHT = PageMatrix(1, 0, 0, 1, 0, 0)
_DPI = 150
_ROUNDS = 5


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m bench alpha_pictures", description=__doc__.splitlines()[0])
    parser.add_argument("folder", nargs="?", type=Path, default=SAMPLE.parent / "pages")
    options = parser.parse_args(arguments)
    _print(f"machine   {describe()}\nCPU time in ms\n")
    _print(f"{'':20} inflate    pack   written    bytes   shown    copied: bytes   shown")
    for path in sorted(options.folder.glob("*.png")):
        with Image.open(path) as picture:
            if picture.mode == "RGBA" and not picture.info.get("interlace"):
                _print(f"{path.name:20} {_line(path)}")
    return 0


def _line(path: Path) -> str:
    deflated = b"".join(_data(path.read_bytes()))
    grey = Image.open(path).convert("L").tobytes()
    packed, copied = packed_pdf(path), copied_pdf(path)
    inflate, pack = _cpu(lambda: zlib.decompress(deflated)), _cpu(lambda: zlib.compress(grey, 1))
    written = _cpu(lambda: list(packed_stream(Image.open(path)).parts))
    return (
        f"{inflate:7.1f} {pack:7.1f} {written:9.1f} {len(packed):8} {_cpu(lambda: _show(packed)):7.0f}"
        f" {len(copied):16} {_cpu(lambda: _show(copied)):7.0f}"
    )


def packed_pdf(path: Path) -> bytes:
    """As the service writes it."""
    return _pdf(path, lambda picture, writer: packed_stream(picture))


def copied_pdf(path: Path) -> bytes:
    """With the data of the file, whose red, green, blue and alpha are four inks."""
    deflated = b"".join(_data(path.read_bytes()))
    return _pdf(path, lambda picture, writer: _copied(picture, writer, deflated))


def _data(png: bytes) -> Iterator[bytes]:
    """The data of the chunks with pixels."""
    place = 8
    while place < len(png):
        size, name = struct.unpack_from(">I4s", png, place)
        if name == b"IDAT":
            yield png[place + 8 : place + 8 + size]
        place += size + 12


def _cpu(work: Callable[[], object]) -> float:
    """Milliseconds of CPU time, the lowest of some rounds."""
    found = []
    for _ in range(_ROUNDS):
        started = time.process_time()
        work()
        found.append(time.process_time() - started)
    return 1000 * min(found)


def _pdf(path: Path, stream_of: Callable[[Image.Image, PdfWriter], PictureStream]) -> bytes:
    out = BytesIO()
    writer = PdfWriter(out)
    with Image.open(path) as picture:
        add_page(writer, stream_of(picture, writer), _UPRIGHT, resolution(picture))
    writer.finish()
    return out.getvalue()


def _copied(picture: Image.Image, writer: PdfWriter, deflated: bytes) -> PictureStream:
    limits = b"/Domain [0 1 0 1 0 1 0 1] /Range [0 1 0 1 0 1]"
    function = writer.add_stream(b"/FunctionType 4 %b" % limits, [b"{ pop }"])
    space = b"[/DeviceN [/Red /Green /Blue /Alpha] /DeviceRGB %d 0 R]" % function
    predictor = b"<< /Predictor 15 /Colors 4 /BitsPerComponent 8 /Columns %d >>" % picture.width
    entries = b"/ColorSpace %b /BitsPerComponent 8 /Filter /FlateDecode /DecodeParms %b" % (space, predictor)
    return PictureStream(*picture.size, entries, [deflated])


def _show(pdf: bytes) -> None:
    with pymupdf.open(stream=pdf) as document:
        document[0].get_pixmap(dpi=_DPI)


def _print(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()
