"""What poppler's pdftotext finds in a PDF."""

from __future__ import annotations

import html
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pikepdf

Box = tuple[float, ...]
_PAGE = re.compile(r'<page width="(.*?)" height="(.*?)">(.*?)</page>', re.DOTALL)
_WORD = re.compile(r'<word xMin="(.*?)" yMin="(.*?)" xMax="(.*?)" yMax="(.*?)">(.*?)</word>')


def text_of(pdf: Path) -> str:
    return _run(pdf)


def words_of(pdf: Path) -> Iterator[list[tuple[str, Box]]]:
    """The words of each page, with boxes as shares of the page's width and height as displayed."""
    with pikepdf.open(pdf) as opened:
        turned = [page.rotation % 180 != 0 for page in opened.pages]
    for sideways, (width, height, words) in zip(turned, _PAGE.findall(_run(pdf, "-bbox", "-cropbox")), strict=True):
        # The sides are those of the page that is not turned, but the boxes are those of the displayed page.
        sides = (float(height), float(width)) * 2 if sideways else (float(width), float(height)) * 2
        yield [
            (html.unescape(text), tuple(float(edge) / side for edge, side in zip(box, sides, strict=True)))
            for *box, text in _WORD.findall(words)
        ]


def _run(pdf: Path, *options: str) -> str:
    command = ["pdftotext", *options, str(pdf), "-"]
    return subprocess.run(command, check=True, capture_output=True, encoding="utf-8", errors="replace").stdout
