"""Pictures with known text, and large files."""

from __future__ import annotations

import io
import os
import time
from collections.abc import Sequence
from typing import Any

import pymupdf
from PIL import Image, ImageDraw, ImageFont


def picture(*lines: str, size: int = 40, width: int = 1000, **save: Any) -> bytes:
    """A PNG with dark text on white."""
    image = Image.new("RGB", (width, 40 + len(lines) * size * 2), "white")
    draw = ImageDraw.Draw(image)
    for index, line in enumerate(lines):
        draw.text((30, 30 + index * size * 2), line, fill="black", font=ImageFont.load_default(size))
    return saved(image, **{"format": "PNG", **save})


def saved(image: Image.Image, **save: Any) -> bytes:
    """The encoded image; `save` are arguments of `Image.save`."""
    buffer = io.BytesIO()
    image.save(buffer, **save)
    return buffer.getvalue()


def picture_pdf(images: Sequence[Image.Image], dpi: int) -> bytes:
    """A PDF with one picture per page. Equal pictures give equal bytes at any time, so they count as one document."""
    first, *others = images
    epoch = time.gmtime(0)
    return saved(
        first, format="PDF", save_all=True, append_images=others, resolution=dpi, creationDate=epoch, modDate=epoch
    )


def large_pdf(size: int) -> bytes:
    """A small page with an attachment of `size` random bytes, which cannot be compressed."""
    document = pymupdf.open()
    document.new_page(width=200, height=100).insert_text((20, 50), "A large document")
    document.embfile_add("attachment", os.urandom(size))
    return document.tobytes(deflate=False)
