"""hOCR 1.2 (kba.github.io/hocr-spec/1.2): HTML whose attributes have the boxes, baselines and confidences."""

from __future__ import annotations

import math
from collections.abc import Iterator
from html import escape
from typing import Any

from services.exports.characters import clean_line
from services.exports.languages import language_tag
from services.exports.result import Page, Result
from services.exports.structure import Block, areas_of
from services.exports.words import Box, Polygon, Word, angle_of, words_of

_HEAD = """\
<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Transitional//EN" "http://www.w3.org/TR/xhtml1/DTD/xhtml1-transitional.dtd">
<html xmlns="http://www.w3.org/1999/xhtml"{lang}>
<head>
<title>{title}</title>
<meta http-equiv="Content-Type" content="text/html; charset=utf-8"/>
<meta name="ocr-system" content="paddleocr-service"/>
{langs}<meta name="ocr-capabilities" content="ocr_page ocr_carea ocr_par ocr_line ocrx_word ocrp_wconf"/>
</head>
<body>
"""
#: The baseline is this share of a line's height above the lower edge of its box: descenders and a margin are below it.
_BELOW_BASELINE = 0.2
#: Text that is turned by more than this many degrees has a text angle instead of a sloping baseline.
_MAX_SLOPE_DEGREES = 45


def export(result: Result) -> Iterator[bytes]:
    tag = language_tag(result.lang)
    lang = f' xml:lang="{tag}" lang="{tag}"' if tag else ""
    filename = clean_line(result.filename)
    langs = f'<meta name="ocr-langs" content="{tag}"/>\n' if tag else ""
    yield _HEAD.format(lang=lang, langs=langs, title=escape(filename)).encode()
    for page in result.pages():
        yield "".join(_page(page, filename)).encode()
    yield b"</body>\n</html>\n"


def _page(page: Page, filename: str) -> Iterator[str]:
    number = page["page"]
    # Many programs search the title for properties without regard to quotation marks.
    image = "_".join(filename.replace('"', "'").replace(";", ",").split())
    box = f"bbox 0 0 {page['width'] or 0} {page['height'] or 0}"
    yield f'<div class="ocr_page" id="page_{number}" title="image {escape(f"{chr(34)}{image}{chr(34)}")}; {box}'
    yield f'; ppageno {number - 1}">\n'
    for index, block in enumerate(areas_of(page), 1):
        yield from _area(page, block, f"{number}_{index}")
    yield "</div>\n"


def _area(page: Page, block: Block, name: str) -> Iterator[str]:
    lines = [page["lines"][index] for index in block.lines]
    box = _box(Box.around_all(line["bbox"] for line in lines))
    yield f'<div class="ocr_carea" id="block_{name}" title="{box}">\n'
    yield f'<p class="ocr_par" id="par_{name}" title="{box}">\n'
    for index, line in enumerate(lines, 1):
        yield from _line(line, f"{name}_{index}")
    yield "</p>\n</div>\n"


def _line(line: dict[str, Any], name: str) -> Iterator[str]:
    box = Box.around(line["bbox"])
    yield f'<span class="ocr_line" id="line_{name}" title="{_box(box)}; {_baseline(line["bbox"], box)}">'
    yield " ".join(_word(word, f"{name}_{index}") for index, word in enumerate(words_of(line), 1))
    yield "</span>\n"


def _word(word: Word, name: str) -> str:
    title = f"{_box(Box.around(word.polygon))}; x_wconf {round(100 * word.confidence)}"
    return f'<span class="ocrx_word" id="word_{name}" title="{title}">{escape(word.text)}</span>'


def _box(box: Box) -> str:
    return f"bbox {box.left} {box.top} {box.right} {box.bottom}"


def _height(polygon: Polygon) -> int:
    upper_left, _, _, lower_left = polygon
    return round(math.dist(upper_left, lower_left))


def _baseline(polygon: Polygon, box: Box) -> str:
    """Slope, and distance from the lower left corner of the box at its left edge, in pixels (negative: above it)."""
    angle = angle_of(polygon)
    if abs(angle) > _MAX_SLOPE_DEGREES:
        return f"textangle {round(angle) % 360}; baseline 0 0"
    _, _, (cx, cy), (dx, dy) = polygon
    slope = (cy - dy) / (cx - dx) if cx > dx else 0.0
    at_left = dy + slope * (box.left - dx) - _BELOW_BASELINE * _height(polygon)
    return f"baseline {round(slope, 4) or 0} {round(at_left - box.bottom)}"
