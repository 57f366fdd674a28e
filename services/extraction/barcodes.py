"""Barcodes, read by zxing-cpp at full resolution.

Two-dimensional codes have finder patterns that the library finds at any angle. Linear codes and PDF417 it reads only if
they are nearly level, so they are turned first. Only areas of the page that may hold codes are searched: on a page of
text, that takes a third of the time.
"""

from __future__ import annotations

import base64
import math
from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING, Any

from services.extraction.found import Document
from services.extraction.page_lines import Box
from services.extraction.secure_qr import KIND, decode, is_secure_qr

if TYPE_CHECKING:
    import numpy as np
    import zxingcpp

    from services.extraction.code_areas import Area, Cut

#: Content types of zxing-cpp whose bytes are text.
_TEXTS = ("Text", "GS1", "ISO15434")
#: Symbologies that are searched in regions of stripes.
_LINEAR = ("EANUPC", "Code128", "Code39", "Code93", "ITF", "DataBarOmni", "DataBarExp")
_STACKED = ("PDF417", "MicroPDF417")
#: Symbologies whose check digit is optional, so that a misread code may pass.
_WITHOUT_CHECK = ("Code39", "ITF")
#: Degrees by which the estimated angle may be wrong, and enlargements. Most codes are read at the first one. Linear
#: codes are not enlarged: in smaller ones, characters are mistaken, and one of a hundred mistakes passes the check.
_ATTEMPTS = ((0, 1), (3, 1), (-3, 1), (1, 2), (-1, 1.5), (4, 1.5), (-4, 1.5))
_FEW_ATTEMPTS = 3
_MATRIX = ("QRCode", "MicroQRCode", "RMQRCode", "Aztec", "DataMatrix", "MaxiCode")
#: Larger areas are not searched for light codes on dark ground, which takes as long as for dark ones.
_INVERTED_PIXELS = 1_000_000
#: Names that a result has as `symbology`.
SYMBOLOGIES = (
    "QRCode", "MicroQRCode", "RMQRCode", "Aztec", "DataMatrix", "MaxiCode", "PDF417", "MicroPDF417", "EAN13", "EAN8",
    "UPCA", "UPCE", "Code128", "Code39", "Code93", "ITF", "DataBarOmni", "DataBarExp",
)  # fmt: skip


def find_barcodes(
    picture: np.ndarray, number: int, text: Iterable[Box] = (), decode_aadhaar: bool = False
) -> list[Document]:
    """picture: (H, W, 3) uint8 RGB. number: the page number. text: where text was read, so that no code can be.

    decode_aadhaar: report what an Aadhaar Secure QR says. Otherwise only its kind and length are reported: its digits
    are personal data, too.
    """
    from paddleocr_service.raster import grey_of

    found: list[Document] = []
    for code, cut in _codes(grey_of(picture), text):
        document = _document(code, cut, number)
        if is_secure_qr(document.number):
            document = _secure_qr(document, decode_aadhaar)
        if not any(_is_same(document, other) for other in found):
            found.append(document)
    return found


def _is_same(document: Document, other: Document) -> bool:
    """Whether a code was found twice. A page may also have two codes with the same content."""
    if (document.number, document.extra) != (other.number, other.extra):
        return False
    size = math.dist(other.bbox[0], other.bbox[2])
    return math.dist(_centre(document.bbox), _centre(other.bbox)) < size / 2


def _centre(box: Box) -> tuple[float, float]:
    (x0, y0), (x1, y1) = box[0], box[2]
    return (x0 + x1) / 2, (y0 + y1) / 2


def _codes(grey: np.ndarray, text: Iterable[Box]) -> Iterator[tuple[zxingcpp.Barcode, Cut]]:
    """Each code, and the part of the page in which it was read."""
    from services.extraction.code_areas import find_areas

    for area in find_areas(grey, text):
        cut, upright = area.level(grey), cache(lambda area=area: area.turned(grey, 0, 1))
        codes = _read(cut, _MATRIX)
        if not codes and area.is_like_matrix:
            cut = upright()
            codes = _read(cut, _MATRIX)
        yield from ((code, cut) for code in codes)
        if area.may_be_striped:
            yield from _striped_codes(area, grey, upright())


def _striped_codes(area: Area, grey: np.ndarray, upright: Cut) -> Iterator[tuple[zxingcpp.Barcode, Cut]]:
    """Codes of an area whose stripes are turned upright. The less it looks like a code, the fewer attempts it gets."""
    from services.extraction.code_areas import rows_alike

    symbologies, attempts = _STACKED + _LINEAR, _FEW_ATTEMPTS if area.is_like_pdf417 else 1
    for attempt, (degrees, scale) in enumerate(_ATTEMPTS):
        cut = upright if attempt == 0 else area.turned(grey, degrees, scale)
        chosen = symbologies if scale == 1 else _STACKED
        codes = _read(cut, chosen, level=True)
        if not codes and cut.is_dark:  # the library does not invert linear codes and PDF417
            codes = _read(cut.inverted, chosen, level=True)
        if good := [code for code in codes if code.valid]:
            yield from ((code, cut) for code in good)
            return
        if any(code.format.name in _STACKED for code in codes):
            attempts = len(_ATTEMPTS)
        elif attempt == 0 and rows_alike(cut.picture):
            attempts = _FEW_ATTEMPTS
        if attempt + 1 >= attempts:
            return


def _read(cut: Cut, names: tuple[str, ...], level: bool = False) -> list[zxingcpp.Barcode]:
    """level: the codes are upright, and those whose check fails are returned, too."""
    import zxingcpp

    invert = not level and cut.picture.size < _INVERTED_PIXELS
    return zxingcpp.read_barcodes(
        cut.picture, formats=_formats(names), try_rotate=not level, try_invert=invert, return_errors=level
    )


def _secure_qr(document: Document, decoded: bool) -> Document:
    extra = {**document.extra, "kind": KIND}
    number, fields = (decode(document.number) if decoded else None) or ("", {})
    return replace(document, number=number, fields=fields, extra=extra)


def _formats(names: tuple[str, ...]) -> Any:
    import zxingcpp

    return [getattr(zxingcpp.BarcodeFormat, name) for name in names]


def _document(code: zxingcpp.Barcode, cut: Cut, number: int) -> Document:
    corners = code.position
    box: Box = [
        cut.on_page(float(point.x), float(point.y))
        for point in (corners.top_left, corners.top_right, corners.bottom_right, corners.bottom_left)
    ]
    extra: dict[str, Any] = {"symbology": code.format.name, "length": len(code.bytes)}
    checks = {} if code.format.name in _WITHOUT_CHECK else {"symbology": True}
    text = code.text if code.content_type.name in _TEXTS else ""
    if not text:
        extra["bytes"] = base64.b64encode(code.bytes).decode()
    return Document("barcode", text, checks, 1.0, number, box, [], extra=extra)
