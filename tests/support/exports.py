"""Results and files for tests of the formats that are made from the uploaded file."""

from __future__ import annotations

import io
import re
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pikepdf
import pymupdf
import pytest
from PIL import Image

from utils.compact_json import dumps

Box = tuple[float, float, float, float]
WORD = re.compile(r'<word xMin="(.*?)" yMin="(.*?)" xMax="(.*?)" yMax="(.*?)">(.*?)</word>')


@dataclass
class FakeResult:
    """A result in memory."""

    read: Sequence[dict[str, Any]]

    def pages(self) -> Iterator[dict[str, Any]]:
        yield from self.read

    def json_pages(self) -> Iterator[bytes]:
        return map(dumps, self.read)


def page_with(
    *words: tuple[str, Box], width: int = 850, height: int = 1100, number: int = 1, **fields: object
) -> dict[str, Any]:
    """A page of a result. Each word is a line of its own; boxes are in pixels."""
    lines = [line_with(word) for word in words]
    page = {
        "page": number,
        "text": "\n".join(line["text"] for line in lines),
        "lines": lines,
        "blocks": [],
        "success": True,
        "width": width,
        "height": height,
        "orientation": 0,
        "source": "ocr",
        "warnings": [],
        "fields": [],
    }
    return {**page, **fields}


def line_with(*words: tuple[str, Box]) -> dict[str, Any]:
    """A line of a result with the boxes of its words."""
    boxes = [box for _, box in words]
    around = tuple(edge(values) for edge, values in zip((min, min, max, max), zip(*boxes, strict=True), strict=True))
    return {
        "text": " ".join(text for text, _ in words),
        "confidence": 0.98,
        "bbox": polygon(around),
        "words": [{"text": text, "confidence": 0.98, "bbox": polygon(box)} for text, box in words],
    }


def polygon(box: Sequence[float]) -> list[list[float]]:
    x0, y0, x1, y1 = box
    return [[x0, y0], [x1, y0], [x1, y1], [x0, y1]]


def scan_pdf(pages: int = 1, size: tuple[float, float] = (612, 792)) -> bytes:
    """A PDF as a scanner makes it: pages with one grey JPEG each."""
    document = pymupdf.open()
    for number in range(pages):
        page = document.new_page(width=size[0], height=size[1])
        page.insert_image(page.rect, stream=encoded(Image.new("L", (85, 110), 200 + number % 50), "JPEG"))
    return document.tobytes()


def encoded(picture: Image.Image, kind: str, **options: object) -> bytes:
    file = io.BytesIO()
    picture.save(file, kind, **options)
    return file.getvalue()


def check_syntax(file: bytes) -> None:
    """qpdf finds no fault in the file."""
    with pikepdf.open(io.BytesIO(file)) as pdf:
        assert pdf.check_pdf_syntax() == []


def words_in(file: bytes, number: int = 1) -> list[tuple[str, Box]]:
    """Words that MuPDF finds on page `number`, as displayed, in points."""
    page = pymupdf.open(stream=file)[number - 1]
    found = page.get_text("words", sort=False)
    boxes = [(word[4], pymupdf.Rect(word[:4]) * page.rotation_matrix) for word in found]
    return [(text, tuple(box.normalize())) for text, box in boxes]


def pdftotext(path: Path, *options: str) -> str:
    """The output of poppler's pdftotext. Skips the test where it is missing."""
    return run_tool("pdftotext", "poppler-utils", *options, str(path), "-")


def run_tool(name: str, package: str, *arguments: str) -> str:
    if shutil.which(name) is None:
        pytest.skip(f"{name} is not installed; on Debian: apt install {package}")
    return subprocess.run([name, *arguments], check=True, capture_output=True, text=True).stdout


def poppler_words(path: Path) -> list[tuple[str, Box]]:
    """Words that poppler finds on all pages, as displayed, in points."""
    found = WORD.findall(pdftotext(path, "-bbox", "-cropbox"))
    return [(text, tuple(map(float, box))) for *box, text in found]


def overlap(one: Sequence[float], other: Sequence[float]) -> float:
    """Intersection over union of two boxes."""
    width = min(one[2], other[2]) - max(one[0], other[0])
    height = min(one[3], other[3]) - max(one[1], other[1])
    shared = max(0.0, width) * max(0.0, height)
    areas = [(box[2] - box[0]) * (box[3] - box[1]) for box in (one, other)]
    return shared / (sum(areas) - shared)


def everything_in(path: Path) -> bytes:
    """The bytes of a PDF, all of its objects, and all of its streams unpacked."""
    parts = [path.read_bytes()]
    with pikepdf.open(path) as pdf:
        for item in [pdf.trailer, *pdf.objects]:
            parts.append(item.unparse(resolved=True))
            if isinstance(item, pikepdf.Stream) and item.get("/Filter") not in ("/DCTDecode", "/CCITTFaxDecode"):
                parts.append(item.read_bytes())
    with pymupdf.open(path) as pdf:
        parts += [page.get_text().encode() for page in pdf]
    if shutil.which("pdftotext"):
        parts.append(subprocess.run(["pdftotext", path, "-"], capture_output=True, check=True).stdout)
    return b"\n".join(parts)
