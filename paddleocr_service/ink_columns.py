"""Count the characters of a number by its ink, to tell whether a reading of narrow type may lack some.

White columns separate most digits. If a number has as many runs of columns with ink as its text has characters, no
digit is lost, and it need not be recognised again. In a line with other words, only words with digits are counted, and
none that have small letters as well: letters that touch, as ff, would make up for a lost digit.
"""

import re
from collections.abc import Sequence

import numpy as np

from .arrays import Integers, Pixels

_BORDER = 0.1  # share of the height above and below that is ignored: parts of other lines reach into it
_REACH = 0.35  # distance of a space from its place as the recogniser sees it, as a share of the height of the line
#: Words whose characters are usually apart, each in one run.
_COUNTABLE, _DIGIT = re.compile(r"[\dA-Z.,:/()-]*"), re.compile(r"\d")
_MAX_WIDTH = 1.6  # by the median; a wider run may be two digits that touch, which make up for a lost one


def has_ink_of(number: str, line: Pixels) -> bool:
    """Return whether a line (h, w, 3) has one run of columns with ink for each character, spaces excepted.

    False also if a run is so wide that it may be two digits.
    """
    starts, ends = _runs(line)
    return _fits("".join(number.split()), ends - starts)


def has_ink_of_numbers(text: str, spaces: Sequence[float], line: Pixels) -> bool:
    """Return whether each word with a digit has one run of columns with ink for each of its characters.

    spaces: places of the spaces of the text, as shares of the width of the line (h, w, 3). False if such a word has
    characters that are often in one or in several runs.
    """
    words = text.split(" ")
    if not all(_COUNTABLE.fullmatch(word) for word in words if _DIGIT.search(word)):
        return False
    starts, ends = _runs(line)
    cuts = _cuts(starts, ends, [share * line.shape[1] for share in spaces], _REACH * line.shape[0])
    if cuts is None or len(cuts) != len(words) - 1:
        return False
    parts = np.split(ends - starts, cuts)
    return all(_fits(word, part) for word, part in zip(words, parts, strict=True) if _DIGIT.search(word))


def _cuts(starts: Integers, ends: Integers, places: Sequence[float], reach: float) -> list[int] | None:
    """Return the index of the first run after each space: at a wide gap near its place. None if there is none."""
    centres, widths = (starts[1:] + ends[:-1]) / 2, starts[1:] - ends[:-1]
    cuts: list[int] = []
    for place in places:
        distances = np.abs(centres - place)
        if not (distances <= reach).any():
            return None
        cut = int(np.where(distances <= reach, widths - distances, -np.inf).argmax()) + 1
        if cuts and cut <= cuts[-1]:
            return None
        cuts.append(cut)
    return cuts


def _fits(characters: str, widths: Integers) -> bool:
    return 0 < len(characters) == len(widths) and bool(widths.max() <= _MAX_WIDTH * np.median(widths))


def _runs(line: Pixels) -> tuple[Integers, Integers]:
    """Return the first columns of the runs of columns with ink, and those after them: (n,) each."""
    import cv2

    border = round(_BORDER * line.shape[0])
    grey = cv2.cvtColor(line[border : line.shape[0] - border], cv2.COLOR_BGR2GRAY)
    level, _ = cv2.threshold(grey, 0, 255, cv2.THRESH_BINARY | cv2.THRESH_OTSU)
    dark = grey <= level
    ink = dark if 2 * np.count_nonzero(dark) < dark.size else ~dark
    edges = np.flatnonzero(np.diff(ink.any(axis=0).astype(np.int8), prepend=0, append=0))
    return edges[::2], edges[1::2]
