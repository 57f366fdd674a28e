"""Lines of a page's text layer that a reader may not see, by the order of drawing and the colours.

A suspect is not yet hidden: a box may be transparent, a frame empty, and white text may lie on a dark picture.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Sequence
from typing import NamedTuple

import numpy as np

from services.ocr_service.helpers.page_drawing import DrawnVector, PageDrawing, Raw
from services.ocr_service.helpers.page_transform import Box, intersection

#: MuPDF's flags for filled and stroked characters. Without either they are invisible, like an OCR text layer.
DRAWN = 16 | 32
#: A vector with less alpha (of 255) cannot hide text; with at least the second it is opaque.
_MIN_ALPHA, _OPAQUE = 128, 250
#: Bits of red, green and blue that are all set in white and nearly white.
_PALE = 0xE0E0E0
_WHITE = 0xFFFFFF
#: The colour of an image.
_UNKNOWN = -1
#: Largest difference (of 255) of a colour to one that is nearly the same.
_SAME_COLOUR = 24
#: Where letters have ink: from the baseline up, as a share of their size.
_INK_HEIGHT = 0.5
#: A cover is at least so high and wide, as a share of the ink's height, and at least so many points.
_MIN_COVERED, _MIN_SIDE = 0.6, 1.0
#: Width (points) of the thickest line.
_MAX_LINE = 24.0
#: Lines compared with all covers at once, which limits memory on pages with thousands of vectors.
_LINES_AT_ONCE = 50
#: Sine of the largest angle of text that counts as parallel to an axis.
_PARALLEL = 0.05


class Cover(NamedTuple):
    """A vector or image, or a part of the text itself, where text may be unseen. box: in points.

    texts_before: text blocks drawn before it. colour: -1 for an image. is_opaque: it is a filled rectangle or an image,
    and opaque unless it is blended.
    """

    box: Box
    texts_before: int
    colour: int
    is_opaque: bool

    @property
    def is_image(self) -> bool:
        return self.colour == _UNKNOWN


class Suspect(NamedTuple):
    """A line: `texts[block]["lines"][line]` of the page's drawing. ink: where it has ink, in points.

    covers: where it may be unseen.
    """

    block: int
    line: int
    ink: Box
    covers: tuple[Cover, ...]


def find_suspects(drawing: PageDrawing, covered: Collection[Box] = ()) -> list[Suspect]:
    """The lines that may be unseen, in the order of the layer. covered: boxes of text blocks that are known to be."""
    colours = {span["color"] for text in drawing.texts for line in text["lines"] for span in line["spans"]}
    covers = list(_covers(drawing, colours))
    if not covers and not any(map(_is_pale, colours)):
        return []
    lines = [
        Suspect(block, number, ink_of(line["spans"][0], line, line["bbox"]), ())
        for block, text in enumerate(drawing.texts)
        for number, line in enumerate(text["lines"])
        if text["bbox"] not in covered and any(span["char_flags"] & DRAWN for span in line["spans"])
    ]
    found = []
    for line, overlapping in zip(lines, _overlapping(lines, covers), strict=True):
        raw = drawing.texts[line.block]["lines"][line.line]
        hiding = (*_covers_of(line, raw, overlapping), *_pale_parts(line, raw, overlapping))
        if hiding:
            found.append(line._replace(covers=hiding))
    return found


def ink_of(part: Raw, line: Raw, box: Box) -> Box:
    """Where letters have ink (points): in general from the baseline to the height of an "x".

    part: a span or character of the line, with a point of the baseline as `origin`. box: around the letters.
    """
    x0, y0, x1, y1 = box
    x, y = part["origin"]
    cos, sin = line["dir"]
    size = part.get("size") or line["spans"][0]["size"]
    if line["wmode"] or min(abs(cos), abs(sin)) > _PARALLEL:
        margin_x, margin_y = (x1 - x0) / 5, (y1 - y0) / 5
        return x0 + margin_x, y0 + margin_y, x1 - margin_x, y1 - margin_y
    if abs(sin) <= _PARALLEL:
        top = y - cos * _INK_HEIGHT * size
        return x0, min(y, top), x1, max(y, top)
    top = x + sin * _INK_HEIGHT * size
    return min(x, top), y0, max(x, top), y1


def channels(colour: int) -> tuple[int, int, int]:
    """Red, green and blue of 0xRRGGBB."""
    return colour >> 16 & 255, colour >> 8 & 255, colour & 255


def is_blank(span: Raw) -> bool:
    return str(span["text"]).isspace() if "text" in span else all(char["c"].isspace() for char in span["chars"])


def _may_hide(vector: DrawnVector) -> bool:
    """Large frames cannot. MuPDF does not distinguish small ones from thick lines, which can."""
    side = min(vector.box[2] - vector.box[0], vector.box[3] - vector.box[1])
    largest = _MAX_LINE if vector.stroked and vector.is_rectangle else math.inf
    return vector.alpha >= _MIN_ALPHA and _MIN_SIDE < side <= largest


def _is_opaque(vector: DrawnVector) -> bool:
    return vector.is_rectangle and not vector.stroked and vector.alpha >= _OPAQUE


def _is_pale(colour: int) -> bool:
    return colour & _PALE == _PALE


def _covers(drawing: PageDrawing, colours: Collection[int]) -> Iterator[Cover]:
    """What may matter for text of these colours: what is drawn over text, or below text that is pale or the same."""
    any_below = any(map(_is_pale, colours))
    for image in drawing.images:
        if image.texts_before or any_below:
            yield Cover(image.box, image.texts_before, _UNKNOWN, not image.has_mask)
    for vector in drawing.vectors:
        if _may_hide(vector) and (
            vector.texts_before or any_below or any(_is_same(vector.colour, colour) for colour in colours)
        ):
            yield Cover(vector.box, vector.texts_before, vector.colour, _is_opaque(vector))


def _covers_of(line: Suspect, raw: Raw, overlapping: Sequence[Cover]) -> Iterator[Cover]:
    """What is drawn over a line, and what lies below it in nearly its colour."""
    if all(map(is_blank, raw["spans"])):
        return
    for cover in overlapping:
        if cover.texts_before > line.block:
            yield cover
        elif not cover.is_image and any(_is_same(cover.colour, span["color"]) for span in raw["spans"]):
            yield cover._replace(is_opaque=False)


def _pale_parts(line: Suspect, raw: Raw, overlapping: Sequence[Cover]) -> Iterator[Cover]:
    """Pale spans, unless they lie on a box of another colour."""
    ground = _ground_of(line, overlapping)
    for span in raw["spans"]:
        if _is_pale(span["color"]) and not is_blank(span) and (ground == _UNKNOWN or _is_same(ground, span["color"])):
            yield Cover(span["bbox"], line.block, span["color"], False)


def _ground_of(line: Suspect, overlapping: Sequence[Cover]) -> int:
    below = [cover for cover in overlapping if cover.texts_before <= line.block]
    if not below:
        return _WHITE
    is_sure = below[-1].is_opaque and intersection(line.ink, below[-1].box) == line.ink
    return below[-1].colour if is_sure and not any(cover.is_image for cover in below) else _UNKNOWN


def _is_same(colour: int, other: int) -> bool:
    if colour == other:
        return True
    return max(abs(one - two) for one, two in zip(channels(colour), channels(other), strict=True)) <= _SAME_COLOUR


def _overlapping(lines: Sequence[Suspect], covers: Sequence[Cover]) -> Iterator[list[Cover]]:
    """For each line what covers a letter of it, or more, if it is drawn over it, or lies below it."""
    if not covers:
        yield from ([] for _ in lines)
        return
    boxes = np.array([cover.box for cover in covers])
    for start in range(0, len(lines), _LINES_AT_ONCE):
        ink = np.array([line.ink for line in lines[start : start + _LINES_AT_ONCE]])[:, None]
        letter = (ink[..., 2:] - ink[..., :2]).min(axis=2)
        shared = (np.minimum(ink[..., 2:], boxes[:, 2:]) - np.maximum(ink[..., :2], boxes[:, :2])).min(axis=2)
        for row in shared >= _MIN_COVERED * letter:
            yield [covers[index] for index in np.flatnonzero(row)]
