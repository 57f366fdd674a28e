"""What a searchable PDF must keep of its input, and how well its words are placed."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pikepdf

from bench.searchable_pdf.poppler import Box, words_of


def overlaps(pdf: Path, pages: Sequence[Mapping[str, Any]]) -> Iterator[float]:
    """For each word that pdftotext finds on pages of OCR: its overlap with the same word of the result, or 0."""
    found = list(words_of(pdf))
    for page in pages:
        if not page["success"] or page["source"] != "ocr":
            continue
        ours: dict[str, list[Box]] = {}
        for line in page["lines"]:
            for word in line["words"]:
                ours.setdefault(_comparable(word["text"]), []).append(_box(word["bbox"], page))
        for text, box in found[page["page"] - 1]:
            yield max((overlap(box, other) for other in ours.get(_comparable(text), ())), default=0.0)


def _comparable(word: str) -> str:
    return word.replace("\u2010", "-")


def _box(polygon: Sequence[Sequence[float]], page: Mapping[str, Any]) -> Box:
    xs, ys = zip(*polygon, strict=True)
    width, height = page["width"], page["height"]
    return min(xs) / width, min(ys) / height, max(xs) / width, max(ys) / height


def overlap(one: Sequence[float], other: Sequence[float]) -> float:
    """Intersection over union of two boxes."""
    width = min(one[2], other[2]) - max(one[0], other[0])
    height = min(one[3], other[3]) - max(one[1], other[1])
    shared = max(0.0, width) * max(0.0, height)
    areas = [(box[2] - box[0]) * (box[3] - box[1]) for box in (one, other)]
    return shared / (sum(areas) - shared) if shared else 0.0


def keeps_images(source: Path, pdf: Path) -> bool | None:
    """Whether all image streams of the source are in the PDF, byte for byte. None: the source has no such streams."""
    if source.suffix == ".pdf":
        return not _images(source) - _images(pdf)
    if source.suffix in (".jpg", ".jpeg"):
        return source.read_bytes() in pdf.read_bytes()
    return None


def _images(path: Path) -> Counter[str]:
    with pikepdf.open(path) as pdf:
        streams = [each for each in pdf.objects if isinstance(each, pikepdf.Stream)]
        images = [each for each in streams if each.get("/Subtype") == "/Image"]
        return Counter(hashlib.sha256(each.read_raw_bytes()).hexdigest() for each in images)


def faults(pdf: Path) -> list[str]:
    """What qpdf's check reports."""
    with pikepdf.open(pdf) as opened:
        return list(opened.check_pdf_syntax())


def may_be_large(source: Path, pages: int) -> float:
    """Bytes that the PDF may have."""
    return 1.05 * source.stat().st_size + 20_000 * pages
