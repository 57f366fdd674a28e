"""Use a recogniser's probabilities beyond the decoded text: insert likely spaces, measure how uncertain the text is.

Probability arrays are (T, classes): one row with sum 1 for every eighth pixel of a line. Class 0 is the CTC blank, the
last class is the space.
"""

from collections.abc import Sequence

import numpy as np

from .arrays import Integers, Kinds, Mask, Tensor

_BLANK, _SPACE = 0, -1
#: A space with at least this probability is inserted even if the blank is more likely: a narrow space shares its step
#: with the blank.
_MIN_SPACE_PROBABILITY = 0.3
#: Factor for the probability of a space inside a word: one missing space spoils two words.
_SPACE_WEIGHT = 3
#: The same between a digit and a letter: in ``13 A``, the fast recogniser gives the space only 0.002 to 0.03.
_SPACE_NEAR_DIGIT_WEIGHT = 65
_LETTER, DIGIT = 1, 2


def character_kinds(characters: Sequence[str]) -> Kinds:
    """Return the kind of each class, (classes,) uint8: 1 letter, 2 digit, 0 other. characters: text of each class."""
    kinds = [(DIGIT if one.isdigit() else _LETTER) if one.isalnum() else 0 for one in characters]
    return np.array(kinds, np.uint8)


def resolve_spaces(probabilities: Tensor, kinds: Kinds) -> tuple[Tensor, float]:
    """Return the probabilities with likely spaces inserted, and the uncertainty of the text in 0..1.

    The uncertainty is the highest probability of any character that the decoded text does not contain at that place.
    At each step these classes are expected and do not count: the blank, the best class of the step, and the decoded
    characters before and after it. Any other class is evidence for a different text: a look-alike letter, or a missing
    space, whose probability is weighted. Spaces count between letters and digits only: next to a punctuation mark
    (``No:7``) a space separates no words, and the accurate recogniser is not more certain about it.

    kinds: (classes,) from ``character_kinds``.
    """
    best = probabilities.argmax(axis=1)
    steps = np.arange(len(best))
    unexpected = probabilities.copy()
    blank = np.zeros(1, best.dtype)
    before = np.concatenate((blank, _last_character(best)[:-1]))
    after = np.concatenate((_last_character(best[::-1])[::-1][1:], blank))
    for expected in (_BLANK, best, before, after):
        unexpected[steps, expected] = 0
    spaces = np.where(best == _BLANK, unexpected[:, _SPACE], 0)
    unexpected[:, _SPACE] *= _space_weights(kinds[before], kinds[after], best == _BLANK)
    return _insert_spaces(probabilities, spaces, best), min(1.0, float(unexpected.max(initial=0)))


def _space_weights(before: Kinds, after: Kinds, in_gap: Mask) -> Integers:
    """Return the weight of a space between characters of these kinds; all arrays (T,)."""
    weights = np.where((before == after) | ~in_gap, _SPACE_WEIGHT, _SPACE_NEAR_DIGIT_WEIGHT)
    return np.where((before > 0) & (after > 0), weights, 0)


def _insert_spaces(probabilities: Tensor, spaces: Tensor, best: Integers) -> Tensor:
    """In each gap with a likely space, replace the most likely step by that space. spaces: probability (T,)."""
    likely = np.flatnonzero(spaces >= _MIN_SPACE_PROBABILITY)
    if not len(likely):
        return probabilities
    result = probabilities.copy()
    gaps = np.cumsum(best != _BLANK)[likely]
    for gap in np.unique(gaps):
        candidates = likely[gaps == gap]
        step = candidates[spaces[candidates].argmax()]
        result[step] = 0
        result[step, _SPACE] = spaces[step]
    return result


def without_steps(probabilities: Tensor, steps: Sequence[int]) -> Tensor:
    """Return the probabilities with blanks instead of these steps."""
    result = probabilities.copy()
    result[steps] = 0
    result[steps, _BLANK] = 1
    return result


def _last_character(best: Integers) -> Integers:
    """Return for each step the last non-blank class up to it; the blank if there is none."""
    positions = np.maximum.accumulate(np.where(best != _BLANK, np.arange(len(best)), 0))
    return best.take(positions)
