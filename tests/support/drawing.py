"""Documents whose text is known, drawn by the tests themselves."""

from __future__ import annotations

import io

from PIL import Image, ImageDraw, ImageFont


def picture(*lines: str, size: int = 40, width: int = 1000, **save: object) -> bytes:
    """A PNG with dark text on white."""
    image = Image.new("RGB", (width, 40 + len(lines) * size * 2), "white")
    draw = ImageDraw.Draw(image)
    for index, line in enumerate(lines):
        draw.text((30, 30 + index * size * 2), line, fill="black", font=ImageFont.load_default(size))
    return saved(image, **{"format": "PNG", **save})


def saved(image: Image.Image, **save: object) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, **save)
    return buffer.getvalue()


def scanned_pdf(*pages: str, dpi: int = 100) -> bytes:
    """A PDF of pictures, one line of text on each page, with no text layer."""
    images = []
    for text in pages:
        image = Image.new("RGB", (800, 200), "white")
        ImageDraw.Draw(image).text((30, 60), text, fill="black", font=ImageFont.load_default(40))
        images.append(image)
    return saved(images[0], format="PDF", save_all=True, append_images=images[1:], resolution=dpi)
