"""Small files of each supported type. Reading them loads all that a parser loads on first use."""

from __future__ import annotations

import base64
import os
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO

from PIL import Image

from services.ocr_service.helpers.image_processor import PILLOW_FORMATS
from services.ocr_service.helpers.pdf_processor import load_mupdf

#: Black pictures of 40 x 30 pixels. Pillow cannot write HEIC here, and writes AVIF slowly.
_HEIC = base64.b64decode(
    "AAAAHGZ0eXBoZWljAAAAAG1pZjFoZWljbWlhZgAAAXxtZXRhAAAAAAAAACFoZGxyAAAAAAAAAABwaWN0AAAAAAAAAAAAAAAAAAAAACJpbG9jAA"
    "AAAERAAAEAAQAAAAABoAABAAAAAAAAACIAAAAjaWluZgAAAAAAAQAAABVpbmZlAgAAAAABAABodmMxAAAAAA5waXRtAAAAAAABAAAA/GlwcnAA"
    "AADcaXBjbwAAAHVodmNDAQNwAAAAkAAAAAAAHvAA/P34+AAADwNgAAEAGEABDAH//wNwAAADAJAAAAMAAAMAHroCQGEAAQApQgEBA3AAAAMAkA"
    "AAAwAAAwAeoCCBBZbqrprm4CGgwIAAAAyAAAADAIRiAAEABkQBwXPBiQAAABNjb2xybmNseAABAA0ABoAAAAAUaXNwZQAAAAAAAABAAAAAQAAA"
    "AChjbGFwAAAAKAAAAAEAAAAeAAAAAf///+gAAAAC////3gAAAAIAAAAQcGl4aQAAAAADCAgIAAAAGGlwbWEAAAAAAAAAAQABBYECAwWEAAAAKm"
    "1kYXQAAAAeKAGvBBISTOD4BE5j/ulUVQEgrOi0dKHIlxCTu2rA"
)
_AVIF = base64.b64decode(
    "AAAAIGZ0eXBhdmlmAAAAAGF2aWZtaWYxbWlhZk1BMUIAAADrbWV0YQAAAAAAAAAhaGRscgAAAAAAAAAAcGljdAAAAAAAAAAAAAAAAAAAAAAOcG"
    "l0bQAAAAAAAQAAAB5pbG9jAAAAAEQAAAEAAQAAAAEAAAETAAAAJgAAAChpaW5mAAAAAAABAAAAGmluZmUCAAAAAAEAAGF2MDFDb2xvcgAAAABq"
    "aXBycAAAAEtpcGNvAAAAFGlzcGUAAAAAAAAAKAAAAB4AAAAQcGl4aQAAAAADCAgIAAAADGF2MUOBAAwAAAAAE2NvbHJuY2x4AAEADQAGgAAAAB"
    "dpcG1hAAAAAAAAAAEAAQQBAoMEAAAALm1kYXQSAAoJGBUn60QENBoQMhcex4eFWd///+LPwADcqMEFWOIkWtqSgw=="
)
_WRITTEN = {"HEIF": _HEIC, "AVIF": _AVIF}


@contextmanager
def opened(content: bytes) -> Iterator[int]:
    """A descriptor of a file in memory."""
    descriptor = os.memfd_create("sample")
    try:
        os.write(descriptor, content)
        yield descriptor
    finally:
        os.close(descriptor)


def pictures() -> Iterator[bytes]:
    for format_name in PILLOW_FORMATS.values():
        if format_name in _WRITTEN:
            yield _WRITTEN[format_name]
            continue
        for mode in ("RGB", "1") if format_name == "TIFF" else ("RGB",):
            file = BytesIO()
            options = {"compression": "group4" if mode == "1" else "tiff_lzw"} if format_name == "TIFF" else {}
            Image.new(mode, (40, 30)).save(file, format_name, **options)
            yield file.getvalue()


def pdf(password: str = "") -> bytes:
    """A page with text, a drawing and a form field. With a password, the file is encrypted."""
    pymupdf = load_mupdf()
    with pymupdf.open() as document:
        page = document.new_page(width=200, height=100)
        page.insert_text((20, 50), "Sample text 123")
        page.draw_rect((10, 10, 50, 20))
        widget = pymupdf.Widget()
        widget.field_type, widget.field_name = pymupdf.PDF_WIDGET_TYPE_TEXT, "field"
        widget.field_value, widget.rect = "value", pymupdf.Rect(20, 60, 90, 80)
        page.add_widget(widget)
        encryption = pymupdf.PDF_ENCRYPT_AES_256 if password else pymupdf.PDF_ENCRYPT_NONE
        content: bytes = document.tobytes(encryption=encryption, user_pw=password, owner_pw=password)
    return content
