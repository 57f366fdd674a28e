"""What is drawn on a PDF page apart from text: images and vectors, each with its place in the order of drawing.

All come from MuPDF's text page: also inline images, and what annotations, patterns and nested forms draw.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

from services.ocr_service.helpers.page_transform import Box, PageTransform, is_inside
from services.ocr_service.result_limits import check_text_page

if TYPE_CHECKING:
    import pymupdf

#: A block, line, span or character as PyMuPDF returns it.
Raw = dict[str, Any]

#: The flag that keeps vectors from dividing a line. PyMuPDF has no name for it.
LAZY_VECTORS = 1 << 20
#: MuPDF's flags for characters that are filled or stroked, and for those that are a clip. Without any of them they are
#: invisible, like an OCR text layer.
DRAWN, CLIP = 16 | 32, 64
#: Types of PyMuPDF's blocks.
_TEXT, _IMAGE, _VECTOR = 0, 1, 3
#: A coordinate (points) outside of every page.
_OFF_PAGE = -1e6
#: Cosine of the largest angle between lines of one block.
_SAME_DIRECTION = 0.999
#: Largest distances of baselines in one block, as shares of the letter size: in one row, and from line to line.
_SAME_ROW, _NEXT_LINE = 0.8, 1.5
#: A line that begins further right (points) than the line before begins a block.
_INDENT = 0.5


@dataclass(frozen=True, slots=True)
class LayerImage:
    """An image on the page, in pixels. source: MuPDF's image. None for several in one place, and for widgets."""

    box: Box
    source: Any = field(default=None, compare=False, repr=False)

    @property
    def key(self) -> int | None:
        """The same for an image on several pages, as long as its source is kept."""
        return self.source.m_internal_value() if self.source else None


class DrawnImage(NamedTuple):
    """An image as drawn. `texts_before`: text blocks drawn before it. box: in points. source: MuPDF's image."""

    texts_before: int
    box: Box
    has_mask: bool
    source: Any


class DrawnVector(NamedTuple):
    """A path as drawn, or a rectangle that is part of it. `texts_before`: text blocks drawn before it. box: in points.

    continues: the next vector belongs to the same path. colour: 0xRRGGBB. alpha: 0 (transparent) to 255, without the
    effect of groups and blend modes. A vector in the middle of a line of text counts as drawn after the line.
    """

    texts_before: int
    box: Box
    stroked: bool
    is_rectangle: bool
    continues: bool
    colour: int
    alpha: int


class PageDrawing(NamedTuple):
    """images, vectors: in the order of drawing. texts: PyMuPDF's text blocks, which `texts_before` counts.

    Blocks that are divided only by a vector have the same `number`.
    """

    images: tuple[DrawnImage, ...]
    vectors: tuple[DrawnVector, ...]
    texts: list[Raw]
    textpage: pymupdf.TextPage

    def characters(self) -> list[Raw]:
        """The text blocks with the single characters of each span."""
        if any("chars" in span for text in self.texts[:1] for line in text["lines"] for span in line["spans"]):
            return self.texts
        return [block for block in self.textpage.extractRAWDICT()["blocks"] if block["type"] == _TEXT]


def extract_drawing(page: pymupdf.Page, flags: int, characters: bool) -> PageDrawing:
    """Extract what is drawn on a page. flags: PyMuPDF's, for text. characters: return single characters of text."""
    import pymupdf

    flags |= pymupdf.TEXT_PRESERVE_IMAGES | pymupdf.TEXT_COLLECT_VECTORS | LAZY_VECTORS
    textpage = page.get_textpage(flags=flags)
    check_text_page(pymupdf.mupdf.ll_fz_pool_size(textpage.this.m_internal.pool))
    images = _take_images(textpage)
    blocks = (textpage.extractRAWDICT() if characters else textpage.extractDICT())["blocks"]
    texts = [block for block in blocks if block["type"] == _TEXT]
    if images:  # text off the page is not extracted, but has a number
        numbers = [text["number"] for text in texts]
        images = [image._replace(texts_before=bisect_left(numbers, image.texts_before)) for image in images]
    if len(texts) == len(blocks):
        return PageDrawing(tuple(images), (), texts, textpage)
    _rejoin(texts, {image.texts_before for image in images})
    return PageDrawing(tuple(images), tuple(_vectors(blocks)), texts, textpage)


def _take_images(textpage: pymupdf.TextPage) -> list[DrawnImage]:
    """Take the images of a page and move them off the page: an extraction would compress each of them again.

    Their `texts_before` is the number of other blocks before them. PyMuPDF numbers its blocks in the same way.
    """
    from pymupdf import mupdf

    images = []
    block, number = textpage.this.m_internal.first_block, 0
    while block:
        if block.type == _IMAGE:
            image = mupdf.FzStextBlock(block).i_image()
            images.append(DrawnImage(number, _box_of(block.bbox), bool(image.mask().m_internal), image))
            block.bbox.x0 = block.bbox.x1 = _OFF_PAGE
        else:
            number += 1
        block = block.next
    return images


def _box_of(rect: pymupdf.mupdf.fz_rect) -> Box:
    return rect.x0, rect.y0, rect.x1, rect.y1


def _vectors(blocks: Iterable[Raw]) -> Iterator[DrawnVector]:
    texts = 0
    for block in blocks:
        if block["type"] == _TEXT:
            texts += 1
        elif block["type"] == _VECTOR:
            path = block["stroked"], block["isrect"], block["continues"], block["color"], block["alpha"]
            yield DrawnVector(texts, block["bbox"], *path)


def _rejoin(texts: Sequence[Raw], breaks: Collection[int]) -> None:
    """Give text blocks that MuPDF would not have divided without a vector between them the same number.

    breaks: numbers of blocks before images, which do divide blocks.
    """
    end: int | None = None  # number that follows the last block, as extracted
    for count, block in enumerate(texts):
        number = block["number"]
        if end is not None and number > end and count not in breaks:
            last = texts[count - 1]
            if _is_one_block(last["lines"][-1], block["lines"][0]):
                block["number"] = last["number"]
        end = number + 1


def _is_one_block(line: Raw, following: Raw) -> bool:
    """MuPDF's rule for lines of one block (fz_add_stext_char in stext-device.c)."""
    (u, v), (x, y) = line["dir"], following["dir"]
    if line["wmode"] != following["wmode"] or u * x + v * y < _SAME_DIRECTION:
        return False
    (left, top), first = line["spans"][-1]["origin"], following["spans"][0]
    (new_left, new_top), size = first["origin"], first["size"]
    distance: float = abs(x * (new_top - top) - y * (new_left - left))
    if distance < _SAME_ROW * size:
        return True
    indent: float = new_left - line["spans"][0]["origin"][0]
    return distance <= _NEXT_LINE * size and indent <= _INDENT


def layer_images(images: Sequence[DrawnImage], transform: PageTransform) -> tuple[LayerImage, ...]:
    """The images on the page, in pixels."""
    boxes = [(transform.box(image.box), image.source) for image in images]
    return tuple([LayerImage(box, source) for box, source in boxes if box])


def in_pixels(vectors: Iterable[DrawnVector], transform: PageTransform) -> Iterator[DrawnVector]:
    """The parts of vectors that are on the page, in pixels."""
    for vector in vectors:
        box = transform.box(vector.box)
        if box:
            yield DrawnVector(vector[0], box, *vector[2:])


def covered_texts(drawing: PageDrawing) -> list[Box]:
    """Boxes (points) of text blocks that an image without a mask covers.

    A gradient that fills letters is such an image, too: the letters are its clip, and not covered.
    """
    images = [image for image in drawing.images if not image.has_mask]
    below = ((image, text) for image in images for text in drawing.texts[: image.texts_before])
    return [text["bbox"] for image, text in below if is_inside(text["bbox"], image.box) and not _is_clip(text)]


def _is_clip(text: Raw) -> bool:
    return any(span["char_flags"] & CLIP for line in text["lines"] for span in line["spans"])
