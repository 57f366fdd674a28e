"""Lines of a page's text layer that a reader may not see, by the order of drawing and the colours.

A suspect is not yet hidden: a box may be transparent, a frame empty, and white text may lie on a dark picture.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Sequence
from functools import lru_cache
from itertools import chain, compress
from operator import itemgetter
from typing import NamedTuple

import numpy as np

from services.ocr_service.helpers.page_drawing import DRAWN, DrawnVector, PageDrawing, Raw
from services.ocr_service.helpers.page_transform import Box, intersection

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
#: Lines compared with all covers at once, which limits memory on pages with thousands of vectors. Fewer covers than the
#: second number are compared one by one, in less time than NumPy's calls take.
_LINES_AT_ONCE, _MANY = 50, 10
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
    spans = chain.from_iterable([line["spans"] for text in drawing.texts for line in text["lines"]])
    colours = set(map(itemgetter("color"), spans))
    is_any_pale = any(map(_is_pale, colours))
    covers = list(_covers(drawing, colours, is_any_pale))
    if not covers and not is_any_pale:
        return []
    matters_below = is_any_pale or any(_is_same(cover.colour, colour) for cover in covers for colour in colours)
    lines = [(block, line) for block, text in enumerate(drawing.texts) for line in range(len(text["lines"]))]
    found = []
    overlapping_covers = _overlapping(drawing, lines, covers, matters_below)
    for at in range(len(lines)) if is_any_pale else sorted(overlapping_covers):
        block, number = lines[at]
        line, overlapping = drawing.texts[block]["lines"][number], overlapping_covers.get(at, [])
        if not overlapping and not any(_is_pale(span["color"]) for span in line["spans"]):
            continue
        if drawing.texts[block]["bbox"] in covered or not any(span["char_flags"] & DRAWN for span in line["spans"]):
            continue
        suspect = Suspect(block, number, ink_of(line["spans"][0], line, line["bbox"]), ())
        below = [cover for cover in overlapping if _covers_letter(cover.box, suspect.ink)]
        hiding = (*_covers_of(suspect, line, below), *_pale_parts(suspect, line, below))
        if hiding:
            found.append(suspect._replace(covers=hiding))
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


def _covers(drawing: PageDrawing, colours: Collection[int], is_any_pale: bool) -> Iterator[Cover]:
    """What may matter for text of these colours: what is drawn over text, or below text that is pale or the same."""
    for image in drawing.images:
        if image.texts_before or is_any_pale:
            yield Cover(image.box, image.texts_before, _UNKNOWN, not image.has_mask)
    for vector in drawing.vectors:
        if _may_hide(vector):
            near = is_any_pale or vector.texts_before or any(_is_same(vector.colour, colour) for colour in colours)
            if near:
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


@lru_cache(4096)
def _is_same(colour: int, other: int) -> bool:
    if colour == other:
        return True
    return max(abs(one - two) for one, two in zip(channels(colour), channels(other), strict=True)) <= _SAME_COLOUR


def _overlapping(
    drawing: PageDrawing, lines: Sequence[tuple[int, int]], covers: Sequence[Cover], matters_below: bool
) -> dict[int, list[Cover]]:
    """The covers that touch the box of a line, by the index of the line, without those below if so told.

    lines: given by block and number.
    """
    found: dict[int, list[Cover]] = {}
    if not covers or not lines:
        return found
    if len(covers) < _MANY:
        return _overlapping_few(drawing, lines, covers, matters_below)
    boxes = np.array([cover.box for cover in covers])
    before = np.array([cover.texts_before for cover in covers])
    for start in range(0, len(lines), _LINES_AT_ONCE):
        some = lines[start : start + _LINES_AT_ONCE]
        text = np.array([drawing.texts[block]["lines"][number]["bbox"] for block, number in some])[:, None]
        touch = np.all((text[..., :2] < boxes[:, 2:]) & (text[..., 2:] > boxes[:, :2]), axis=2)
        if not matters_below:
            touch &= before > np.array([block for block, _ in some])[:, None]
        for at in np.flatnonzero(touch.any(axis=1)).tolist():
            found[start + at] = list(compress(covers, touch[at].tolist()))
    return found


def _overlapping_few(
    drawing: PageDrawing, lines: Sequence[tuple[int, int]], covers: Sequence[Cover], matters_below: bool
) -> dict[int, list[Cover]]:
    found: dict[int, list[Cover]] = {}
    boxes = [drawing.texts[block]["lines"][number]["bbox"] for block, number in lines]
    for cover in covers:
        left, top, right, bottom = cover.box
        for at, (x0, y0, x1, y1) in enumerate(boxes):
            touches = x0 < right and x1 > left and y0 < bottom and y1 > top
            if touches and (matters_below or cover.texts_before > lines[at][0]):
                found.setdefault(at, []).append(cover)
    return found


def _covers_letter(cover: Box, ink: Box) -> bool:
    """Whether a box covers at least a letter of a line."""
    part = intersection(cover, ink)
    letter = _MIN_COVERED * min(ink[2] - ink[0], ink[3] - ink[1])
    return part is not None and min(part[2] - part[0], part[3] - part[1]) >= letter
