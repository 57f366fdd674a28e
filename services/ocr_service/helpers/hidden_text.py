"""Finds text of a page's layer that a reader does not see: painted over, or in the colour of its ground.

The order of drawing and the colours give suspects, which costs almost nothing. Only a page with suspects is rendered:
where the letters of a suspect would have ink, the pixels show whether a reader sees it. That is right for opaque and
transparent boxes, blend modes, images and annotations alike.
"""

from __future__ import annotations

import math
import re
from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from functools import cached_property
from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING

import numpy as np

from services.ocr_service.helpers.page_drawing import DRAWN, PageDrawing, Raw
from services.ocr_service.helpers.page_recording import picture_of
from services.ocr_service.helpers.page_transform import Box, PageTransform, area, intersection, join
from services.ocr_service.helpers.suspect_text import Cover, Suspect, channels, find_suspects, ink_of, is_blank

if TYPE_CHECKING:
    import pymupdf


#: Key of spans that a reader does not see.
UNSEEN = "unseen"
#: Rendered pixels in the height of the ink of the smallest letters, and in a part of the page. Parts, at most.
_PIXELS_PER_LETTER, _MAX_PIXELS = 8.0, 500_000
_MAX_PARTS = 30
_MIN_ZOOM, _MAX_ZOOM = 0.7, 3.0
#: Contrast (of 255) that nobody sees: of pixels, and of the colour of the text against its ground.
_MAX_CONTRAST, _MAX_DIFFERENCE = 10, 20
#: A character is unseen if at least this share of its ink is covered, and touched if at least the second is.
_MIN_COVERED, _MIN_TOUCHED = 0.6, 0.2
#: Characters narrower than this share of their size, such as "l" and ".", may fill their box or leave it empty.
_NARROW = 0.3
#: Words of letters that a reader can complete.
_WORDS = re.compile(r"(?<!\w)[^\W\d_]{3,}(?!\w)")

#: Returns the drawing of a page.
Record = Callable[[], "pymupdf.DisplayList"]


def hide_unseen_text(
    page: pymupdf.Page, drawing: PageDrawing, covered: Sequence[Box], transform: PageTransform, record: Record
) -> None:
    """Mark the parts of the page's text that a reader does not see as not drawn.

    Changes the lines of `drawing.texts` in place: divides their spans, and takes MuPDF's flags for drawn characters
    from the unseen ones, which get the key UNSEEN. covered: boxes of text blocks that are known to be unseen.
    record: returns the drawing of the page.
    """
    suspects = find_suspects(drawing, covered)
    if not suspects:
        return
    reader = _Reader(page, drawing, suspects, transform, record())
    doubtful = [suspect for suspect in suspects if not reader.sees_all(suspect)]
    if not doubtful:
        return
    characters = drawing.characters()
    for suspect in doubtful:
        line = drawing.texts[suspect.block]["lines"][suspect.line]
        spans = characters[suspect.block]["lines"][suspect.line]["spans"]
        unseen = reader.unseen(suspect, line, spans)
        if any(unseen):
            parts = _divided(spans, unseen)
            line["spans"] = parts if characters is drawing.texts else list(map(_without_characters, parts))


class _View:
    """The part of the page with the given inks (points), rendered. transform: of the page."""

    def __init__(self, recorded: pymupdf.DisplayList, inks: Sequence[Box], transform: PageTransform) -> None:
        part = join(inks)
        smallest = max(min(min(ink[2] - ink[0], ink[3] - ink[1]) for ink in inks), 0.1)
        zoom = min(max(_PIXELS_PER_LETTER / smallest, _MIN_ZOOM), _MAX_ZOOM)
        zoom = min(zoom, math.sqrt(_MAX_PIXELS / max(area(part), 1.0)))
        self._zoom, self._transform = zoom, transform.at(zoom)
        box = self._transform.box(part)
        if box is None:  # off the page, as all that is in it
            return
        x0, y0, x1, y1 = box
        pixels, self._left, self._top = picture_of(recorded, zoom, (x0 / zoom, y0 / zoom, x1 / zoom, y1 / zoom))
        # Red, green and blue apart: NumPy finds the extremes of a row in a tenth of the time of those of a column.
        self._channels = np.ascontiguousarray(pixels.transpose(2, 0, 1))

    def inside(self, part: Box, ink: Box) -> Box:
        """A part of the ink without the pixels at edges that are not the edges of the ink: there the cover begins."""
        moved = [
            edge + sign / self._zoom if edge != whole else edge
            for edge, whole, sign in zip(part, ink, (1, 1, -1, -1), strict=True)
        ]
        x0, y0, x1, y1 = moved
        return (x0, y0, x1, y1) if x0 < x1 and y0 < y1 else part

    def is_uniform(self, box: Box, colour: int) -> bool:
        """Whether nobody sees a contrast in a box (points), or only colours like `colour`. False off the page."""
        found = self._transform.box(box)
        if found is None:
            return False
        left, top = int(found[0]) - self._left, int(found[1]) - self._top
        right, bottom = math.ceil(found[2]) - self._left, math.ceil(found[3]) - self._top
        pixels = self._channels[:, max(0, top) : bottom, max(0, left) : right].reshape(3, -1)
        if not pixels.size:
            return False
        darkest, lightest = pixels.min(axis=1).tolist(), pixels.max(axis=1).tolist()
        if max(high - low for low, high in zip(darkest, lightest, strict=True)) <= _MAX_CONTRAST:
            return True
        near = zip(channels(colour), darkest, lightest, strict=True)
        return all(high - _MAX_DIFFERENCE <= own <= low + _MAX_DIFFERENCE for own, low, high in near)


class _Reader:
    """Decides what of a suspect a reader sees."""

    def __init__(
        self,
        page: pymupdf.Page,
        drawing: PageDrawing,
        suspects: Sequence[Suspect],
        transform: PageTransform,
        recorded: pymupdf.DisplayList,
    ) -> None:
        self._page, self._drawing = page, drawing
        # Small parts of a recorded page are rendered faster than the whole page, unless there are many.
        blocks = {suspect.block for suspect in suspects}
        parts = [[suspect for suspect in suspects if suspect.block == block] for block in sorted(blocks)]
        self._views: dict[int, _View] = {}
        for part in parts if len(parts) <= _MAX_PARTS else [suspects]:
            view = _View(recorded, [suspect.ink for suspect in part], transform)
            self._views.update({suspect.block: view for suspect in part})

    def sees_all(self, suspect: Suspect) -> bool:
        """Whether there is ink all along the parts that may be unseen. False if in doubt."""
        line = self._drawing.texts[suspect.block]["lines"][suspect.line]
        for span in line["spans"]:
            if not is_blank(span):
                ink = ink_of(span, line, span["bbox"])
                view = self._views[suspect.block]
                if any(self._may_hide(cover, ink, span["color"], view) for cover in suspect.covers):
                    return False
        return True

    def _may_hide(self, cover: Cover, ink: Box, colour: int, view: _View) -> bool:
        part = intersection(ink, cover.box)
        if part is None:
            return False
        uniform = any(view.is_uniform(piece, colour) for piece in _pieces(part))
        return uniform or (cover.is_opaque and self._may_be_on_top(cover, part))

    def unseen(self, suspect: Suspect, line: Raw, spans: Sequence[Raw]) -> list[bool]:
        """For each character of the spans whether it is unseen."""
        view = self._views[suspect.block]
        found, touched, certain, text = [], [], [], ""
        for span in spans:
            for char in span["chars"]:
                ink = ink_of({**char, "size": span["size"]}, line, char["bbox"])
                found.append(any(self._hides(cover, ink, span["color"], view) for cover in suspect.covers))
                touched.append(any(_share(cover.box, ink) >= _MIN_TOUCHED for cover in suspect.covers))
                length = max(ink[2] - ink[0], ink[3] - ink[1])
                certain.append(char["c"].isalnum() and length >= _NARROW * span["size"])
                text += char["c"]
        return _completed(_agreed(found, certain), touched, text)

    def _hides(self, cover: Cover, ink: Box, colour: int, view: _View) -> bool:
        part = intersection(ink, cover.box)
        if part is None or _share(cover.box, ink) < _MIN_COVERED:
            return False
        if view.is_uniform(view.inside(part, ink), colour):
            return True
        return cover.is_opaque and self._may_be_on_top(cover, part) and not self._is_blended(part)

    def _may_be_on_top(self, cover: Cover, part: Box) -> bool:
        """Whether ink in this part of a cover may be that of the cover itself, or of text on top of it."""
        later = self._drawing.texts[cover.texts_before :]
        return cover.is_image or any(intersection(line["bbox"], part) for text in later for line in text["lines"])

    def _is_blended(self, part: Box) -> bool:
        """Whether a box may be transparent here because of a group or a blend mode."""
        return any(intersection(group, part) for group in self._blended_groups)

    @cached_property
    def _blended_groups(self) -> list[Box]:
        groups = [found for found in self._page.get_cdrawings(extended=True) if found["type"] == "group"]
        return [group["rect"] for group in groups if group["blendmode"] != "Normal" or group["opacity"] < 1]


def _share(cover: Box, ink: Box) -> float:
    """The share of the ink that a box covers."""
    part = intersection(ink, cover)
    return area(part) / max(area(ink), 1e-6) if part else 0.0


def _pieces(box: Box) -> Iterator[Box]:
    """Divide a box into pieces that are at least wide enough for a letter, in the longer direction."""
    x0, y0, x1, y1 = box
    width, height = x1 - x0, y1 - y0
    count = max(1, int(max(width, height) / (2 * min(width, height))))
    for number in range(count):
        start, end = number / count, (number + 1) / count
        if width >= height:
            yield x0 + start * width, y0, x0 + end * width, y1
        else:
            yield x0, y0 + start * height, x1, y0 + end * height


def _agreed(unseen: Sequence[bool], certain: Sequence[bool]) -> list[bool]:
    """Let each uncertain character agree with the nearest certain ones: unseen if both are, or if one is and itself.

    Spaces, signs and narrow letters are uncertain: their boxes may be empty or full of ink.
    """
    places = [place for place, is_certain in enumerate(certain) if is_certain]
    if not places:
        return [False] * len(unseen)
    agreed = []
    for place, one in enumerate(unseen):
        after = bisect_left(places, place)
        pair = unseen[places[max(0, after - 1)]], unseen[places[min(after, len(places) - 1)]]
        agreed.append(one if certain[place] else all(pair) or (one and any(pair)))
    return agreed


def _completed(unseen: list[bool], touched: Sequence[bool], text: str) -> list[bool]:
    """Let the first or last letter of a word, if a box touches it, agree with the rest: boxes are not drawn precisely.

    Digits stay as they are: a reader cannot guess them.
    """
    for word in _WORDS.finditer(text):
        first, last = word.start(), word.end() - 1
        for edge, rest in ((first, unseen[first + 1 : last + 1]), (last, unseen[first:last])):
            if touched[edge] and len(set(rest)) == 1:
                unseen[edge] = rest[0]
    return unseen


def _divided(spans: Sequence[Raw], unseen: Sequence[bool]) -> list[Raw]:
    """Divide spans of characters into seen and unseen ones. A space is left where an unseen one begins."""
    parts: list[Raw] = []
    marks = iter(unseen)
    for span in spans:
        for is_unseen, run in groupby([(next(marks), char) for char in span["chars"]], key=itemgetter(0)):
            chars = [char for _, char in run]
            part = {**span, "chars": chars, "origin": chars[0]["origin"], "bbox": join(char["bbox"] for char in chars)}
            if is_unseen:
                part["char_flags"] &= ~DRAWN
                part[UNSEEN] = True
                if parts and parts[-1]["char_flags"] & DRAWN:
                    parts[-1]["chars"].append({**parts[-1]["chars"][-1], "c": " "})
            parts.append(part)
    return parts


def _without_characters(span: Raw) -> Raw:
    """The span as PyMuPDF returns it without single characters."""
    text = "".join(char["c"] for char in span["chars"])
    return {**{key: value for key, value in span.items() if key != "chars"}, "text": text}
