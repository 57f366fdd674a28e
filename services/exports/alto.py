"""ALTO 4.4 (www.loc.gov/standards/alto): XML with blocks, lines and words, their boxes, polygons and confidences."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from typing import Any

from services.exports.characters import clean_line
from services.exports.languages import language_tag
from services.exports.result import Page, Result
from services.exports.structure import Block, areas_of
from services.exports.words import Box, Polygon, Word, angle_of, words_of

#: Kinds of blocks that are not plain paragraphs: StructureTags, to which the blocks refer.
_TAGGED = (
    "title", "heading", "list_item", "table", "figure", "caption", "page_header", "page_footer", "page_number",
    "footnote", "side_note", "formula",
)  # fmt: skip
_HEAD = """\
<?xml version="1.0" encoding="UTF-8"?>
<alto xmlns="http://www.loc.gov/standards/alto/ns-v4#" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"\
 xsi:schemaLocation="http://www.loc.gov/standards/alto/ns-v4# http://www.loc.gov/standards/alto/v4/alto-4-4.xsd"\
 SCHEMAVERSION="4.4">
<Description>
<MeasurementUnit>pixel</MeasurementUnit>
<sourceImageInformation><fileName>{filename}</fileName></sourceImageInformation>
<Processing ID="ocr"><processingCategory>contentGeneration</processingCategory>\
<processingSoftware><softwareName>paddleocr-service</softwareName></processingSoftware></Processing>
</Description>
<Tags>
{tags}
</Tags>
<Layout>
"""


def export(result: Result) -> Iterator[bytes]:
    tags = "\n".join(f'<StructureTag ID="{kind}" LABEL="{kind}"/>' for kind in _TAGGED)
    yield _HEAD.format(filename=escape(clean_line(result.filename)), tags=tags).encode()
    empty = True
    for page in result.pages():
        empty = False
        lang = language_tag(page.get("lang") or result.lang)
        yield "".join(_page(page, lang)).encode()
    if empty:
        yield b'<Page ID="page_1" PHYSICAL_IMG_NR="1"/>\n'  # the schema requires one
    yield b"</Layout>\n</alto>\n"


def _page(page: Page, lang: str) -> Iterator[str]:
    size = f'HEIGHT="{page["height"] or 0}" WIDTH="{page["width"] or 0}"'
    language = f' LANG="{lang}"' if lang else ""
    yield f'<Page ID="page_{page["page"]}" PHYSICAL_IMG_NR="{page["page"]}" {size}{language} PROCESSINGREFS="ocr">\n'
    yield f'<PrintSpace HPOS="0" VPOS="0" {size}>\n'
    for index, block in enumerate(areas_of(page), 1):
        yield from _block(page, block, f"{page['page']}_{index}")
    yield "</PrintSpace>\n</Page>\n"


def _block(page: Page, block: Block, name: str) -> Iterator[str]:
    lines = [page["lines"][index] for index in block.lines]
    tag = f' TAGREFS="{block.kind}"' if block.kind in _TAGGED else ""
    yield f'<TextBlock ID="block_{name}" {_box(Box.around_all(line["bbox"] for line in lines))}{tag}>\n'
    for index, line in enumerate(lines, 1):
        yield from _line(line, f"{name}_{index}")
    yield "</TextBlock>\n"


def _line(line: dict[str, Any], name: str) -> Iterator[str]:
    words = words_of(line)
    if not words:
        return
    _, _, lower_right, lower_left = line["bbox"]
    baseline = "" if abs(angle_of(line["bbox"])) > 45 else f' BASELINE="{_points([lower_left, lower_right])}"'
    yield f'<TextLine ID="line_{name}" {_box(Box.around(line["bbox"]))}{baseline}>{_shape(line["bbox"])}'
    yield "<SP/>".join(_word(word, f"{name}_{index}") for index, word in enumerate(words, 1))
    yield "</TextLine>\n"


def _word(word: Word, name: str) -> str:
    confidence = min(1.0, max(0.0, word.confidence))
    attributes = f'ID="word_{name}" {_box(Box.around(word.polygon))} WC="{confidence:.4f}"'
    return f'<String {attributes} CONTENT="{escape(word.text)}"/>'


def _box(box: Box) -> str:
    return f'HPOS="{box.left}" VPOS="{box.top}" WIDTH="{box.width}" HEIGHT="{box.height}"'


def _shape(polygon: Polygon) -> str:
    return f'<Shape><Polygon POINTS="{_points(polygon)}"/></Shape>'


def _points(points: Polygon) -> str:
    return " ".join(f"{x:g},{y:g}" for x, y in points)
