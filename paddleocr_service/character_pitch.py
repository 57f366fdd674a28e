"""Find lines in which the fast recogniser may have lost one of several equal characters.

A CTC decoder separates two equal characters only by a blank between them. A line has one step per eight pixels, so two
characters need three steps: in narrow type, ``2,111,001.11`` is decoded as ``2,11,001.11``, with high confidence
(Graves et al. 2006, "Connectionist temporal classification", section 3.2). A wider copy of the line has more steps.

Widths are in pixels at the input height of the recogniser, before the line is scaled to a smaller width.
"""

import math
import re
from dataclasses import dataclass
from itertools import groupby

import numpy as np

from .arrays import Integers, Mask

_BLANK = 0
_WIDE_GAP = 2  # steps from the last one of a character to the first one of the next


@dataclass(frozen=True)
class NarrowType:
    """Measured on numbers drawn in 45 types and sizes, and on the sample receipts."""

    digit_pitch: float = 20  # of the closer half of the neighbouring digits; lost digits widen the other half
    number_pitch: float = 24  # the same for an irregular number: lost digits make its pitch seem larger
    number_width: float = 22  # of an irregular number by its characters
    lost_width: float = 28  # wider than most type: half of the digits may be lost
    min_digit_pairs: int = 3  # neighbouring digits in a line from which the pitch is taken
    character_width: float = 17  # of the whole line by its characters: letters are narrower than digits
    min_characters: int = 4
    wide_digit_pitch: float = 22  # the pitch to which narrow digits are widened
    wide_character_width: float = 20  # the same for letters
    min_digit_scale: float = 1.15  # of a line with narrow digits: their pitch is unknown if many are lost
    max_scale: float = 1.3


NARROW_TYPE = NarrowType()
_DIGIT_PAIR = re.compile(r"\d(?=\d)")
_EQUAL_DIGITS = re.compile(r"(\d)\1")
_NUMBER = re.compile(r"[\d.,\s]+")


@dataclass(frozen=True, slots=True)
class Spacing:
    """Where the characters of a decoded line are.

    character_width: width of the line by its characters. digit_pitch: pixels from digit to digit, without punctuation
    between them; infinite if there are too few. irregular: a digit takes several steps, or a gap beside one is wide.
    """

    character_width: float
    digit_pitch: float = math.inf
    irregular: bool = False

    @property
    def letters_are_close(self) -> bool:
        return self.character_width <= NARROW_TYPE.character_width


def measure_spacing(best: Integers, digits: Mask, width: float, step_width: float) -> Spacing:
    """Return the spacing of a line. best: (T,) the most likely class of each step, 0 is the blank.

    digits: (classes,) whether a class is a digit. width: of the line. step_width: width of one step.
    """
    first, last = _runs(best)
    if not len(first):
        return Spacing(width)
    digit = digits[best[first]]
    pairs = digit[1:] & digit[:-1]
    distances = np.sort((first[1:] + last[1:] - first[:-1] - last[:-1])[pairs] / 2)
    enough = len(distances) >= NARROW_TYPE.min_digit_pairs
    pitch = step_width * float(distances[: (len(distances) + 1) // 2].mean()) if enough else math.inf
    several_steps = (last > first) & digit
    wide_gap = (first[1:] - last[:-1] > _WIDE_GAP) & (digit[1:] | digit[:-1])
    return Spacing(width / len(first), pitch, bool(several_steps.any() or wide_gap.any()))


def may_be_narrow(text: str, width: float) -> bool:
    """Return whether ``scale_for_second_reading`` can give a factor for a text: a quick test without its steps."""
    if len(text.strip()) < NARROW_TYPE.min_characters:
        return False
    if width <= NARROW_TYPE.character_width * len(text) or is_number(text.strip()):
        return True
    return len(_DIGIT_PAIR.findall(text)) >= NARROW_TYPE.min_digit_pairs


def scale_for_second_reading(text: str, spacing: Spacing) -> float | None:
    """Return the factor for the width at which equal characters of the line are separate; None if they are already."""
    narrow, text = NARROW_TYPE, text.strip()
    if len(text) < narrow.min_characters:
        return None
    if _has_close_digits(text, spacing):
        pitch = min(spacing.digit_pitch, spacing.character_width)
        scale = max(narrow.min_digit_scale, narrow.wide_digit_pitch / pitch)
    elif spacing.letters_are_close:
        scale = narrow.wide_character_width / spacing.character_width
    else:
        return None
    return min(narrow.max_scale, scale)


def _has_close_digits(text: str, spacing: Spacing) -> bool:
    narrow = NARROW_TYPE
    close = spacing.digit_pitch <= narrow.digit_pitch
    if not is_number(text):
        return close and spacing.irregular
    usual = narrow.number_width < spacing.character_width < narrow.lost_width
    return close or (spacing.irregular and (not usual or spacing.digit_pitch <= narrow.number_pitch))


def is_number(text: str) -> bool:
    """Return whether a text consists of digits, commas, points and spaces."""
    return bool(_NUMBER.fullmatch(text))


def may_lack_digits(text: str) -> bool:
    """Return whether a text is a number with equal digits in a row: where some are lost, others remain."""
    return is_number(text) and bool(_EQUAL_DIGITS.search(text))


def places_of(text: str, character: str, best: Integers, step_share: float) -> tuple[float, ...] | None:
    """Return where a character is in a line, as shares of its width; None if the steps do not show it.

    best: as in ``measure_spacing``. step_share: width of one step.
    """
    first, last = _runs(best)
    if len(first) != len(text):
        return None
    found = [at for at, one in enumerate(text) if one == character]
    return tuple((float(first[at] + last[at]) / 2 + 0.5) * step_share for at in found)


def adds_only_repeats(first: str, second: str) -> bool:
    """Return whether the second text is the first one with some characters repeated."""
    before, after = ("".join(text.split()) for text in (first, second))
    return len(after) > len(before) and _without_repeats(before) == _without_repeats(after)


def lacks_repeats(text: str, other: str) -> bool:
    """Return whether a word of a text has fewer equal characters in a row than the same word of another reading."""
    pairs = zip(text.split(), other.split(), strict=False)
    return any(one != two and any(map(str.isalnum, one)) and adds_only_repeats(one, two) for one, two in pairs)


def _without_repeats(text: str) -> str:
    return "".join(char for char, _ in groupby(text))


def _runs(best: Integers) -> tuple[Integers, Integers]:
    """Return the first and the last step of each decoded character."""
    changes = np.flatnonzero(best[1:] != best[:-1]) + 1
    first, last = np.concatenate(([0], changes)), np.concatenate((changes - 1, [len(best) - 1]))
    character = best[first] != _BLANK
    return first[character], last[character]
