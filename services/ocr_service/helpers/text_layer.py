"""The text layer of a PDF page: its lines with position and visibility, and the images on the page.

Lines are in the order of the layer. Positions are pixels of the page as displayed (rotation applied), at the zoom at
which the page would be rendered.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from paddleocr_service import Line, Word
from services.ocr_service.helpers.actual_text import ActualTextCheck, use_actual_text
from services.ocr_service.helpers.form_fields import FormField
from services.ocr_service.helpers.hidden_text import UNSEEN, Record, hide_unseen_text
from services.ocr_service.helpers.layer_characters import PageText, span_text
from services.ocr_service.helpers.layer_corrections import correct, is_invisible, needs_characters
from services.ocr_service.helpers.page_drawing import (
    DrawnVector,
    LayerImage,
    Raw,
    covered_texts,
    extract_drawing,
    in_pixels,
    layer_images,
)
from services.ocr_service.helpers.page_transform import Box, PageTransform, box_around, is_inside, join

if TYPE_CHECKING:
    import pymupdf

#: A single character of a symbol font, such as the bullets of word processors.
_BULLET = re.compile("(?<!\\S)[\ue000-\uf8ff](?!\\S)")
#: Presentation forms: Latin ligatures, Hebrew, Arabic.
_PRESENTATION_FORMS = re.compile("[\ufb00-\ufdff\ufe70-\ufefc]+")
_FIRST_SPECIAL = "\ue000"
#: Characters that count as words: Chinese, Japanese.
_SINGLE_WORD = re.compile("[\u3040-\u30ff\u3400-\u9fff]")
#: Control codes that Python counts as spaces. In fonts without a map they are glyphs: "fi" of TeX's T1 encoding is 1C.
_CONTROL_SPACE = re.compile("[\x0b\x0c\x1c-\x1f\x85]")
_UNKNOWN = "\ufffd"
#: Slope of the steepest line that counts as parallel to an edge of the page.
_MAX_SLOPE = 0.02


class LayerLine(NamedTuple):
    """One line. `box` is the upright box around it, `block` the number of its paragraph, `fonts` (name, text) per part.

    Lines of form fields have negative blocks and no fonts.

    hidden: not visible, because it is not drawn, transparent, or covered by an image.
    upright: it runs from left to right on the page as displayed. unseen: hidden because of what is drawn around it.
    """

    line: Line
    box: Box
    block: int
    fonts: tuple[tuple[str, str], ...]
    hidden: bool
    upright: bool
    unseen: bool = False

    @property
    def turns(self) -> int | None:
        """Anticlockwise quarter turns of a picture of the line that make it upright. None if it runs askew."""
        (x0, y0), (x1, y1) = self.line.polygon[:2]
        across, down = x1 - x0, y1 - y0
        if min(abs(across), abs(down)) > _MAX_SLOPE * max(abs(across), abs(down)):
            return None
        if abs(across) >= abs(down):
            return 0 if across >= 0 else 2
        return 1 if down > 0 else 3


@dataclass(frozen=True, slots=True)
class TextLayer:
    """width, height: pixels of the page at `zoom` pixels per point. lines: in the order of the layer.

    images, vectors: in the order of drawing. The boxes of vectors are in pixels as well. visible: the lines that are
    not hidden.
    """

    width: int
    height: int
    zoom: float
    lines: tuple[LayerLine, ...]
    images: tuple[LayerImage, ...]
    fields: tuple[FormField, ...] = ()
    vectors: tuple[DrawnVector, ...] = ()
    visible: tuple[LayerLine, ...] = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "visible", tuple([line for line in self.lines if not line.hidden]))


def read_layer(
    page: pymupdf.Page,
    transform: PageTransform,
    words: bool,
    look: bool = False,
    check: ActualTextCheck | None = None,
    record: Record | None = None,
) -> TextLayer:
    """Read the text layer of a page.

    words: include word boxes. look: find out which of its text a reader sees. check: one for all pages of a document
    saves time. record: returns the drawing of the page, if that is kept.
    """
    import pymupdf

    # Ligatures are kept, because MuPDF splits Arabic ones in the wrong order.
    plain = pymupdf.TEXT_MEDIABOX_CLIP | pymupdf.TEXT_PRESERVE_LIGATURES
    flags = plain | pymupdf.TEXT_IGNORE_ACTUALTEXT
    drawing = extract_drawing(page, flags, characters=words)
    text = PageText(drawing.texts)
    if not words and needs_characters(text):
        drawing = extract_drawing(page, flags, characters=True)
        text = PageText(drawing.texts)
    if (check or ActualTextCheck()).is_needed(page, text):
        named = page.get_text("rawdict" if text.has_characters else "dict", flags=plain)
        use_actual_text(drawing.texts, named["blocks"])
        text = PageText(drawing.texts)
    images = layer_images(drawing.images, transform)
    covered = covered_texts(drawing)
    if look:
        hide_unseen_text(page, drawing, covered, transform, record or page.get_displaylist)
    correct(page, drawing.texts, text)
    lines = tuple(_lines(drawing.texts, transform, covered, words))
    vectors = tuple(in_pixels(drawing.vectors, transform))
    return TextLayer(transform.width, transform.height, transform.zoom, lines, images, vectors=vectors)


def _lines(blocks: Iterable[Raw], transform: PageTransform, covered: Sequence[Box], words: bool) -> Iterator[LayerLine]:
    for block in blocks:
        number = block["number"]
        for found in block.get("lines", ()):
            for spans, box, hidden in _split_by_visibility(found):
                if covered and not hidden:
                    hidden = any(is_inside(box, other) for other in covered)
                line = _line(spans, box, found, transform, number, hidden, words)
                if line:
                    yield line


def _split_by_visibility(line: Raw) -> tuple[tuple[list[Raw], Box, bool], ...]:
    """One or two parts of a line: (spans, box around them, whether they are hidden)."""
    spans = line["spans"]
    if len(spans) == 1:
        return ((spans, line["bbox"], is_invisible(spans[0])),)
    invisible = list(filter(is_invisible, spans))
    if not invisible or len(invisible) == len(spans):
        return ((spans, line["bbox"], bool(invisible)),)
    visible = [span for span in spans if span not in invisible]
    return tuple((part, join(span["bbox"] for span in part), part is invisible) for part in (visible, invisible))


def _line(
    spans: Sequence[Raw], box: Box, raw_line: Raw, transform: PageTransform, block: int, hidden: bool, with_words: bool
) -> LayerLine | None:
    first = spans[0]
    parts = list(map(span_text, spans))
    joined = "".join(parts)
    if not joined.isprintable() and _CONTROL_SPACE.search(joined):
        parts = [_CONTROL_SPACE.sub(_UNKNOWN, part) for part in parts]
        joined = "".join(parts)
    text = " ".join(joined.split())
    if not text:
        return None
    fonts: tuple[tuple[str, str], ...] = ((first["font"], joined),)
    if len(spans) > 1 and len({span["font"] for span in spans}) > 1:
        fonts = tuple([(span["font"], part) for span, part in zip(spans, parts, strict=True)])
    if not text.isascii():
        text = _plain_characters(text)
    direction = (1.0, 0.0) if raw_line["wmode"] else raw_line["dir"]
    letters = first["size"] * (first["ascender"] - first["descender"])
    polygon, upright = transform.polygon(box, direction, letters)
    words = tuple(_words(spans, direction, transform)) if with_words else ()
    around = (*polygon[0], *polygon[2]) if upright else box_around(polygon)
    return LayerLine(Line(text, 1.0, polygon, words), around, block, fonts, hidden, upright, UNSEEN in first)


def _plain_characters(text: str) -> str:
    """Replace ligatures and presentation forms by letters, and single symbol characters by bullets."""
    if max(text) < _FIRST_SPECIAL:
        return text
    return _BULLET.sub("\u2022", _PRESENTATION_FORMS.sub(lambda found: unicodedata.normalize("NFKC", found[0]), text))


def _words(spans: Sequence[Raw], direction: tuple[float, float], transform: PageTransform) -> Iterator[Word]:
    """Runs of characters without a space, with the box around them. Each Chinese or Japanese character is a word."""
    runs: list[list[Raw]] = [[]]
    for char in (char for span in spans for char in span["chars"]):
        letter = char["c"]
        if _is_space(letter) or _SINGLE_WORD.match(letter) or (runs[-1] and _SINGLE_WORD.match(runs[-1][-1]["c"])):
            runs.append([])
        if not _is_space(letter):
            runs[-1].append(char)
    for run in filter(None, runs):
        text = _plain_characters(_CONTROL_SPACE.sub(_UNKNOWN, "".join(char["c"] for char in run)))
        polygon, _ = transform.polygon(join(char["bbox"] for char in run), direction, 0.0)
        yield Word(text, 1.0, polygon)


def _is_space(letter: str) -> bool:
    return letter.isspace() and not _CONTROL_SPACE.match(letter)
