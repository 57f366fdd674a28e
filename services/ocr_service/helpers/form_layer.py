"""The text layer of a page with form fields: what is printed, then what the fields show."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from paddleocr_service import Word
from services.ocr_service.helpers.actual_text import ActualTextCheck
from services.ocr_service.helpers.hidden_text import Record
from services.ocr_service.helpers.page_transform import Box, PageTransform, box_around, join
from services.ocr_service.helpers.page_widgets import PageForm, has_widgets, read_form, without_widgets
from services.ocr_service.helpers.text_layer import LayerLine, TextLayer, read_layer

if TYPE_CHECKING:
    import pymupdf


def read_form_layer(
    page: pymupdf.Page,
    transform: PageTransform,
    words: bool,
    look: bool = False,
    check: ActualTextCheck | None = None,
    record: Record | None = None,
) -> TextLayer:
    """As `read_layer`, with the page's fields. The lines of the fields come last."""
    form = read_form_or_nothing(page, transform, words)
    if form is None:
        return read_layer(page, transform, words, look, check, record)
    with without_widgets(page):
        layer = read_layer(page, transform, words, look)
        lines = layer.lines
        if any(_is_across(line, value.box) for line in lines for value in form.lines):
            # Only the places of words show where to split.
            lines = lines if words else read_layer(page, transform, True, look).lines
            lines = tuple(_split_at(lines, [value.box for value in form.lines], words))
    images = (*layer.images, *form.images)
    return replace(layer, lines=(*lines, *form.lines), images=images, fields=form.fields)


def read_form_or_nothing(page: pymupdf.Page, transform: PageTransform, words: bool = False) -> PageForm | None:
    """The fields of a page. None if it has none or they are damaged: MuPDF then still draws what it can."""
    try:
        return read_form(page, transform, words) if has_widgets(page) else None
    except Exception:
        return None


def _is_across(line: LayerLine, box: Box) -> bool:
    """Whether a line goes on at both sides of a box, as "Smoker? yes   no" does around a check box."""
    x0, y0, x1, y1 = line.box
    return line.upright and x0 < box[0] and box[2] < x1 and y0 < (box[1] + box[3]) / 2 < y1


def _split_at(lines: Sequence[LayerLine], boxes: Sequence[Box], words: bool) -> Iterator[LayerLine]:
    """Split lines that go on at both sides of a box. words: keep their words."""
    for line in lines:
        rest = line
        for box in sorted(box for box in boxes if _is_across(line, box)):
            before = [word for word in rest.line.words if _centre(box_around(word.polygon)) < _centre(box)]
            if 0 < len(before) < len(rest.line.words):
                first, rest = _cut(rest, len(before))
                yield first if words else _without_words(first)
        yield rest if words else _without_words(rest)


def _centre(box: Box) -> float:
    return (box[0] + box[2]) / 2


def _cut(line: LayerLine, count: int) -> tuple[LayerLine, LayerLine]:
    """A line as two: the first `count` words, and the rest."""
    text, words = line.line.text, line.line.words
    letters = [index for index, char in enumerate(text) if not char.isspace()]
    start = letters[sum(len(word.text) for word in words[:count])]
    return _part(line, text[:start].rstrip(), words[:count]), _part(line, text[start:], words[count:])


def _part(line: LayerLine, text: str, words: tuple[Word, ...]) -> LayerLine:
    x0, y0, x1, y1 = join(box_around(word.polygon) for word in words)
    polygon = ((x0, y0), (x1, y0), (x1, y1), (x0, y1))
    return line._replace(line=replace(line.line, text=text, polygon=polygon, words=words), box=(x0, y0, x1, y1))


def _without_words(line: LayerLine) -> LayerLine:
    return line._replace(line=replace(line.line, words=()))
