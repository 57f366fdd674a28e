"""What a recogniser's probabilities tell beyond the text that they are decoded to: spaces passed over, and doubts.

All arrays here are (T, classes): a row of sum 1 for each eighth pixel of a line, class 0 the CTC blank, the last one
the space.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np

_BLANK, _SPACE = 0, -1
#: From this chance on a space is written where the blank is likelier: a narrow one shares its step with the blank.
_LIKELY_SPACE = 0.3
#: What a space's chance within a word counts for, as a doubt: one passed over spoils two words.
_SPACE_COUNTS = 3
#: And in the gap between a digit and a letter, where the quick recogniser sees one of ``13 A`` with a few thousandths.
_SPACE_AT_NUMBER_COUNTS = 65
_LETTER, _DIGIT = 1, 2


def word_classes(characters: Sequence[str]) -> np.ndarray:
    """What each class is, (classes,) uint8: 1 a letter, 2 a digit, 0 a sign; ``characters`` has their texts."""
    import numpy as np

    kinds = [(_DIGIT if one.isdigit() else _LETTER) if one.isalnum() else 0 for one in characters]
    return np.array(kinds, np.uint8)


def settle(probabilities: np.ndarray, kind: np.ndarray) -> tuple[np.ndarray, float]:
    """The probabilities with likely spaces written in, and the doubt that is left: 0..1.

    The doubt is the best chance that any character had, anywhere in the line, which the decoded text does not have
    there. At each step the blank, the step's own best class and the characters decoded before and after it explain
    themselves; what any other class holds speaks for another text: a letter for its look-alike, or, counted many times,
    a space that was passed over. Only between letters and digits a space is a doubt: beside a sign (``No:7``) it parts
    no word, and a second reading is no surer of it.

    kind: (classes,) as ``word_classes`` gives it.
    """
    import numpy as np

    best = probabilities.argmax(axis=1)
    steps = np.arange(len(best))
    others = probabilities.copy()
    nothing = np.zeros(1, best.dtype)
    before = np.concatenate((nothing, _last_seen(best)[:-1]))
    after = np.concatenate((_last_seen(best[::-1])[::-1][1:], nothing))
    for explained in (_BLANK, best, before, after):
        others[steps, explained] = 0
    spaces = np.where(best == _BLANK, others[:, _SPACE], 0)
    others[:, _SPACE] *= _space_counts(kind[before], kind[after], best == _BLANK)
    return _with_spaces(probabilities, spaces, best), min(1.0, float(others.max(initial=0)))


def _space_counts(before: np.ndarray, after: np.ndarray, in_gap: np.ndarray) -> np.ndarray:
    """What the chance of a space counts for between characters of such kinds; all (T,)."""
    import numpy as np

    counts = np.where((before == after) | ~in_gap, _SPACE_COUNTS, _SPACE_AT_NUMBER_COUNTS)
    return np.where((before > 0) & (after > 0), counts, 0)


def _with_spaces(probabilities: np.ndarray, spaces: np.ndarray, best: np.ndarray) -> np.ndarray:
    """The best step of each gap whose chance of a space (T,) is large enough holds nothing but that chance."""
    import numpy as np

    likely = np.flatnonzero(spaces >= _LIKELY_SPACE)
    if not len(likely):
        return probabilities
    written = probabilities.copy()
    gap = np.cumsum(best != _BLANK)[likely]
    for number in np.unique(gap):
        chosen = likely[gap == number]
        step = chosen[spaces[chosen].argmax()]
        written[step] = 0
        written[step, _SPACE] = spaces[step]
    return written


def _last_seen(best: np.ndarray) -> np.ndarray:
    """For each step the last class up to it that is not the blank; the blank where there was none."""
    import numpy as np

    places = np.maximum.accumulate(np.where(best != _BLANK, np.arange(len(best)), 0))
    return best[places]
