"""Typical widths of characters, to find words within a line and to make invisible text as wide as the visible text."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from functools import lru_cache

#: In thousandths of the font size. The classes are those of common sans-serif type.
NO_WIDTH, SPACE, NARROW, HALF, MEDIUM, CAPITAL, BROAD, WIDE = 0, 280, 250, 340, 550, 690, 850, 1000
WIDTHS = (NO_WIDTH, SPACE, NARROW, HALF, MEDIUM, CAPITAL, BROAD, WIDE)
_OF_CHARACTERS = {
    **dict.fromkeys(" ", SPACE),
    **dict.fromkeys("ijl'|.,:;!I`·", NARROW),
    **dict.fromkeys('frt()[]{}-/\\"*°', HALF),
    **dict.fromkeys("ABCDEGHKNOPQRSUVXYZ&<>=+~", CAPITAL),
    **dict.fromkeys("mwMW@%", BROAD),
}
_ZERO_WIDTH_JOINERS = "\u200c\u200d"


def clusters(text: str) -> Iterator[str]:
    """The text in parts that are drawn as one: a character with the marks that combine with it."""
    if text.isascii():
        yield from text
        return
    cluster = ""
    for character in text:
        if cluster and _combines(character):
            cluster += character
            continue
        if cluster:
            yield cluster
        cluster = character
    if cluster:
        yield cluster


def coded_parts(text: str) -> Iterator[str]:
    """The text in parts that get one code each: clusters, but marks without a width are parts of their own.

    pdf.js gives no width to a code that stands for a character and such a mark together.
    """
    if text.isascii():
        yield from text
        return
    for cluster in clusters(text):
        start = 0
        for place in range(1, len(cluster)):
            if unicodedata.category(cluster[place]) == "Mn":
                yield cluster[start:place]
                start = place
        yield cluster[start:]


@lru_cache(maxsize=4096)
def width_of(cluster: str) -> int:
    """In thousandths of the font size."""
    first = cluster[0]
    if first in _OF_CHARACTERS:
        return _OF_CHARACTERS[first]
    if first.isascii():
        return MEDIUM
    if _combines(first):
        return NO_WIDTH
    if unicodedata.east_asian_width(first) in "WF":
        return WIDE
    return CAPITAL if first.isupper() else MEDIUM


@lru_cache(maxsize=4096)
def _combines(character: str) -> bool:
    return character in _ZERO_WIDTH_JOINERS or unicodedata.category(character) in ("Mn", "Mc", "Me")
