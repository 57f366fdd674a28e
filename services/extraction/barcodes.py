"""Barcodes of all common symbologies, found by zxing-cpp at full resolution."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any

from services.extraction.found import Document

if TYPE_CHECKING:
    import numpy as np
    import zxingcpp

#: Symbologies without a checksum, or with a weak one, match stripes of text and of tables by chance.
_WEAK = ()
#: Content types of zxing-cpp whose bytes are text.
_TEXTS = ("Text", "GS1", "ISO15434")


def find_barcodes(picture: np.ndarray, number: int, aadhaar: bool) -> list[Document]:
    """picture: (H, W, 3) uint8 RGB. number: the page number. aadhaar: decode an Aadhaar Secure QR into its fields."""
    import zxingcpp
    from PIL import Image

    grey = Image.fromarray(picture).convert("L")
    return [_document(code, number, aadhaar) for code in zxingcpp.read_barcodes(grey) if code.valid]


def _document(code: zxingcpp.Barcode, number: int, aadhaar: bool) -> Document:
    corners = code.position
    box = [
        [float(point.x), float(point.y)]
        for point in (corners.top_left, corners.top_right, corners.bottom_right, corners.bottom_left)
    ]
    extra: dict[str, Any] = {"symbology": code.format.name, "length": len(code.bytes)}
    if code.content_type.name in _TEXTS:
        text = code.text
    else:
        text = ""
        extra["bytes"] = base64.b64encode(code.bytes).decode()
    return Document("barcode", text, {"symbology": True}, 1.0, number, box, [], extra=extra)
