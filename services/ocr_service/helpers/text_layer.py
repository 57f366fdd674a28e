"""The text layer of a PDF's page: its lines with their places and looks, and the pictures beside them.

Lines come in the order of the layer. Places are in pixels of the page as displayed, rotation applied, at the zoom that
the page would be rendered at.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from paddleocr_service import Line, Word
from services.ocr_service.helpers.layer_places import Box, Place, box_around, join, lies_in

if TYPE_CHECKING:
    import pymupdf

#: MuPDF's marks on letters that were filled or stroked. Without either they are invisible, as an OCR's layer is.
_DRAWN = 16 | 32
#: Of 255: more see-through than this is not seen. And letters of less than a point are not read.
_FAINT, _SMALLEST = 12, 1.0
#: Bits of red, green and blue that are all set in white, and in what is nearly so.
_PALE = 0xE0E0E0
#: A lone sign of a symbol font, such as the bullets that word processors write.
_BULLET = re.compile("(?<!\\S)[\ue000-\uf8ff](?!\\S)")
#: Presentation forms: Latin ligatures, Hebrew, Arabic.
_FORMS = re.compile("[\ufb00-\ufdff\ufe70-\ufefc]+")
#: Characters that are words of their own: Chinese, Japanese.
_ALONE = re.compile("[\u3040-\u30ff\u3400-\u9fff]")
#: Points; pages begin at 0.
_OFF_THE_PAGE = -1e6


class LayerLine(NamedTuple):
    """One line, in the upright `box` around it. `block` numbers its paragraph; `fonts` are (name, text) of its parts.

    hidden: nobody sees it, because it was not drawn, is transparent, or lies under a picture. pale: white, or nearly.
    upright: it runs from left to right on the page as displayed.
    """

    line: Line
    box: Box
    block: int
    fonts: tuple[tuple[str, str], ...]
    hidden: bool
    pale: bool
    upright: bool


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture on the page. `name` is the same for the same picture on another page, or None where it is not known."""

    box: Box
    name: int | None


class _Image(NamedTuple):
    """An image on a page: how many texts are drawn before it, its box in points, and its size in pixels of its own."""

    texts_before: int
    box: Box
    size: tuple[int, int]
    has_mask: bool


@dataclass(frozen=True, slots=True)
class TextLayer:
    """width, height: pixels of the page if it was rendered at `zoom` pixels a point. lines: in the layer's order."""

    width: int
    height: int
    zoom: float
    lines: tuple[LayerLine, ...]
    pictures: tuple[Picture, ...]

    @property
    def seen(self) -> tuple[LayerLine, ...]:
        return tuple(line for line in self.lines if not line.hidden)


def read_layer(page: pymupdf.Page, place: Place, words: bool) -> TextLayer:
    """The layer of a page that is displayed at `place`; with the places of words where they are asked for."""
    import pymupdf

    known = page.get_images()
    # MuPDF would take ligatures apart as well, those of Arabic in the wrong order.
    flags = pymupdf.TEXT_MEDIABOX_CLIP | pymupdf.TEXT_PRESERVE_LIGATURES
    textpage = page.get_textpage(flags=flags | pymupdf.TEXT_PRESERVE_IMAGES if known else flags)
    images = _take_images(textpage) if known else []
    blocks = (textpage.extractRAWDICT() if words else textpage.extractDICT())["blocks"]
    pictures, covered = _pictures(images, blocks, known, place)
    return TextLayer(place.width, place.height, place.zoom, tuple(_lines(blocks, place, covered)), pictures)


def _take_images(textpage: pymupdf.TextPage) -> list[_Image]:
    """The images of a page, which are moved away from it: an extraction would compress each of them anew."""
    from pymupdf import mupdf

    images, texts = [], 0
    page = _box_of(textpage.this.m_internal.mediabox)
    block = textpage.this.m_internal.first_block
    while block:
        box = _box_of(block.bbox)
        if block.type == mupdf.FZ_STEXT_BLOCK_IMAGE:
            image = mupdf.FzStextBlock(block).i_image()
            images.append(_Image(texts, box, (image.w(), image.h()), bool(image.mask().m_internal)))
            block.bbox.x0 = block.bbox.x1 = _OFF_THE_PAGE
        else:  # what lies off the page is not extracted
            texts += max(box[0], page[0]) < min(box[2], page[2]) and max(box[1], page[1]) < min(box[3], page[3])
        block = block.next
    return images


def _box_of(rect: pymupdf.mupdf.fz_rect) -> Box:
    return rect.x0, rect.y0, rect.x1, rect.y1


def _lines(blocks: Iterable[dict], place: Place, covered: Sequence[Box]) -> Iterator[LayerLine]:
    for block in blocks:
        number = block["number"]
        for found in block.get("lines", ()):
            for spans, box, hidden in _parts(found):
                if covered and not hidden:
                    hidden = any(lies_in(box, other) for other in covered)
                line = _line(spans, box, found, place, number, hidden)
                if line:
                    yield line


def _parts(found: dict) -> tuple[tuple[list[dict], Box, bool], ...]:
    """The spans of a line, the box around them and whether they are hidden: those seen, and those not."""
    spans = found["spans"]
    if len(spans) == 1:
        return ((spans, found["bbox"], _is_unseen(spans[0])),)
    unseen = list(filter(_is_unseen, spans))
    if not unseen or len(unseen) == len(spans):
        return ((spans, found["bbox"], bool(unseen)),)
    seen = [span for span in spans if span not in unseen]
    return tuple((part, join(span["bbox"] for span in part), part is unseen) for part in (seen, unseen))


def _is_unseen(span: dict) -> bool:
    return not span["char_flags"] & _DRAWN or span["alpha"] <= _FAINT or span["size"] < _SMALLEST


def _line(spans: Sequence[dict], box: Box, found: dict, place: Place, block: int, hidden: bool) -> LayerLine | None:
    first = spans[0]
    parts = [span["text"] for span in spans] if "text" in first else [_text_of(span) for span in spans]
    joined = "".join(parts)
    text = " ".join(joined.split())
    if not text:
        return None
    fonts = ((first["font"], joined),)
    if len(spans) > 1 and len({span["font"] for span in spans}) > 1:
        fonts = tuple([(span["font"], part) for span, part in zip(spans, parts, strict=True)])
    if not text.isascii():
        text = _plain(text)
    direction = (1.0, 0.0) if found["wmode"] else found["dir"]
    letters = first["size"] * (first["ascender"] - first["descender"])
    polygon, upright = place.polygon(box, direction, letters)
    words = tuple(_words(spans, direction, place)) if "chars" in first else ()
    colour = first["color"]
    pale = colour & _PALE == _PALE
    around = (*polygon[0], *polygon[2]) if upright else box_around(polygon)
    return LayerLine(Line(text, 1.0, polygon, words), around, block, fonts, hidden, pale, upright)


def _plain(text: str) -> str:
    """Without what only type has: ligatures and joined forms as letters, the signs of symbol fonts as bullets."""
    return _BULLET.sub("\u2022", _FORMS.sub(lambda found: unicodedata.normalize("NFKC", found[0]), text))


def _text_of(span: dict) -> str:
    return "".join([char["c"] for char in span["chars"]])


def _words(spans: Sequence[dict], direction: tuple[float, float], place: Place) -> Iterator[Word]:
    """Runs of characters without a space, with the box around them; Chinese and Japanese characters stand alone."""
    runs: list[list[dict]] = [[]]
    for char in (char for span in spans for char in span["chars"]):
        letter = char["c"]
        if letter.isspace() or _ALONE.match(letter) or (runs[-1] and _ALONE.match(runs[-1][-1]["c"])):
            runs.append([])
        if not letter.isspace():
            runs[-1].append(char)
    for run in filter(None, runs):
        text = _plain("".join(char["c"] for char in run))
        polygon, _ = place.polygon(join(char["bbox"] for char in run), direction, 0.0)
        yield Word(text, 1.0, polygon)


def _pictures(
    images: Sequence[_Image], blocks: Sequence[dict], known: Sequence[tuple], place: Place
) -> tuple[tuple[Picture, ...], list[Box]]:
    """Pictures on the page, and boxes (in the layer's points) of texts that one of them was drawn over.

    blocks: of text, in the order in which they are drawn. known: images that the page may draw, by PyMuPDF.
    """
    pictures: list[Picture] = []
    covered: list[Box] = []
    for image in images:
        box = place.box(image.box)
        if box is None:
            continue
        same_size = [one[0] for one in known if one[2:4] == image.size]
        pictures.append(Picture(box, same_size[0] if len(same_size) == 1 else None))
        if not image.has_mask:
            below = [block["bbox"] for block in blocks[: image.texts_before]]
            covered += [text for text in below if lies_in(text, image.box)]
    return tuple(pictures), covered
