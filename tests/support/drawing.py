"""Documents with known text."""

from __future__ import annotations

from PIL import Image, ImageDraw, ImageFont

from stress.drawing import picture, picture_pdf, saved

__all__ = ["picture", "saved", "scanned_pdf"]


def scanned_pdf(*pages: str, dpi: int = 100) -> bytes:
    """A PDF without a text layer: each page is a picture of one line of text."""
    images = []
    for text in pages:
        image = Image.new("RGB", (800, 200), "white")
        ImageDraw.Draw(image).text((30, 60), text, fill="black", font=ImageFont.load_default(40))
        images.append(image)
    return picture_pdf(images, dpi)
