"""The sample picture as clients of other interfaces send it: as it is, turned, and on two pages."""

import io
from pathlib import Path

import pymupdf
import requests
from PIL import Image

from stress.drawing import picture_pdf, saved

SAMPLE = Path(__file__).parents[2] / "docs" / "sample.png"


def sample():
    return SAMPLE.read_bytes()


def turned_sample():
    """Turned clockwise by 90 degrees."""
    with Image.open(SAMPLE) as image:
        return saved(image.transpose(Image.Transpose.ROTATE_270), format="PNG")


def two_pages():
    """A PDF without text: the sample, and its upper half."""
    with Image.open(io.BytesIO(sample())) as image:
        page = image.convert("RGB")
        return picture_pdf([page, page.crop((0, 0, page.width, page.height // 2))], 100)


def locked_pdf(password):
    """A PDF with one word."""
    with pymupdf.open() as document:
        document.new_page(width=300, height=100).insert_text((20, 50), "Unlocked")
        return document.tobytes(encryption=pymupdf.PDF_ENCRYPT_AES_256, user_pw=password, owner_pw="of-the-owner")


def own_result(service, content, detail="word"):
    """The result of `/ocr` for the same file."""
    sent = requests.post(f"{service.url}/ocr/predict?detail={detail}", files={"file": ("x", content)}, timeout=60)
    assert sent.status_code == 200, sent.text
    return sent.json()


def outer_box(polygon):
    """left, top, right, bottom"""
    xs, ys = zip(*polygon, strict=True)
    return min(xs), min(ys), max(xs), max(ys)
