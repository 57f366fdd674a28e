"""Barcodes, found by zxing-cpp at full resolution.

Two-dimensional codes have finder patterns that the library finds at any angle. Linear codes and PDF417 it reads only if
they are nearly level, so their regions are found first and turned.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from services.extraction.found import Document
from services.extraction.page_lines import Box
from services.extraction.secure_qr import KIND, decode, is_secure_qr

if TYPE_CHECKING:
    import numpy as np
    import zxingcpp

#: Content types of zxing-cpp whose bytes are text.
_TEXTS = ("Text", "GS1", "ISO15434")
#: Symbologies that are searched in regions of stripes.
_STRIPED = ("PDF417", "MicroPDF417", "EANUPC", "Code128", "Code39", "Code93", "ITF", "DataBarOmni", "DataBarExp")
#: Symbologies whose check digit is optional, so that a misread code may pass.
_WITHOUT_CHECK = ("Code39", "ITF")
_MATRIX = ("QRCode", "MicroQRCode", "RMQRCode", "Aztec", "DataMatrix", "MaxiCode")


def find_barcodes(picture: np.ndarray, number: int, decode_aadhaar: bool = False) -> list[Document]:
    """picture: (H, W, 3) uint8 RGB. number: the page number. decode_aadhaar: report what an Aadhaar Secure QR says.

    Otherwise only its kind and length are reported: its digits are personal data, too.
    """
    import numpy as np
    from PIL import Image

    grey = np.asarray(Image.fromarray(picture).convert("L"))
    found: dict[tuple[str, str], Document] = {}
    for code, place in _codes(grey):
        document = _document(code, place, number)
        key = document.extra["symbology"], document.number
        found.setdefault(key, _secure_qr(document, decode_aadhaar) if is_secure_qr(document.number) else document)
    return list(found.values())


def _codes(grey: np.ndarray) -> Iterator[tuple[zxingcpp.Barcode, Callable[[float, float], list[float]]]]:
    """Each code, and a function from its points to points of the page."""
    import zxingcpp

    from services.extraction.stripes import find_stripes

    for code in zxingcpp.read_barcodes(grey, formats=_formats(_MATRIX), try_invert=False):
        yield code, lambda x, y: [x, y]
    for attempts in find_stripes(grey):
        for cut in attempts:
            stripes = cut()
            codes = zxingcpp.read_barcodes(stripes.picture, formats=_formats(_STRIPED), try_invert=False)
            yield from ((code, stripes.on_page) for code in codes)
            if codes:
                break


def _secure_qr(document: Document, decoded: bool) -> Document:
    extra = {**document.extra, "kind": KIND}
    number, fields = (decode(document.number) if decoded else None) or ("", {})
    return replace(document, number=number, fields=fields, extra=extra)


def _formats(names: tuple[str, ...]) -> Any:
    import zxingcpp

    return [getattr(zxingcpp.BarcodeFormat, name) for name in names]


def _document(code: zxingcpp.Barcode, place: Callable[[float, float], list[float]], number: int) -> Document:
    corners = code.position
    box: Box = [
        place(float(point.x), float(point.y))
        for point in (corners.top_left, corners.top_right, corners.bottom_right, corners.bottom_left)
    ]
    extra: dict[str, Any] = {"symbology": code.format.name, "length": len(code.bytes)}
    checks = {} if code.format.name in _WITHOUT_CHECK else {"symbology": True}
    text = code.text if code.content_type.name in _TEXTS else ""
    if not text:
        extra["bytes"] = base64.b64encode(code.bytes).decode()
    return Document("barcode", text, checks, 1.0, number, box, [], extra=extra)
