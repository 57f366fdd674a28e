"""Use a recogniser's probabilities beyond the decoded text: insert likely spaces, measure how uncertain the text is.

Probability arrays are (T, classes): one row with sum 1 for every eighth pixel of a line. Class 0 is the CTC blank, the
last class is the space.
"""

from collections.abc import Sequence
from typing import NamedTuple

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


class Decoded(NamedTuple):
    """The most likely class of each step and its probability, (T,) each, and the uncertainty of the text in 0..1."""

    best: Integers
    probability: Tensor
    uncertainty: float


def resolve_spaces(probabilities: Tensor, kinds: Kinds) -> Decoded:
    """Return the best classes with likely spaces inserted, and how uncertain the text is.

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
    unexpected[:, _BLANK] = 0
    for expected in (best, before, after):
        unexpected[steps, expected] = 0
    in_gap = best == _BLANK
    spaces = np.where(in_gap, unexpected[:, _SPACE], 0)
    unexpected[:, _SPACE] *= _space_weights(kinds[before], kinds[after], in_gap)
    uncertainty = min(1.0, float(unexpected.max(initial=0)))
    return _insert_spaces(Decoded(best, probabilities[steps, best], uncertainty), spaces, probabilities.shape[1])


def _space_weights(before: Kinds, after: Kinds, in_gap: Mask) -> Integers:
    """Return the weight of a space between characters of these kinds; all arrays (T,)."""
    weights = np.where((before == after) | ~in_gap, _SPACE_WEIGHT, _SPACE_NEAR_DIGIT_WEIGHT)
    return np.where((before > 0) & (after > 0), weights, 0)


def _insert_spaces(decoded: Decoded, spaces: Tensor, classes: int) -> Decoded:
    """In each gap with a likely space, replace the most likely step by that space. spaces: probability (T,)."""
    likely = np.flatnonzero(spaces >= _MIN_SPACE_PROBABILITY)
    if not len(likely):
        return decoded
    best, probability = decoded.best.copy(), decoded.probability.copy()
    gaps = np.cumsum(best != _BLANK)[likely]
    for gap in np.unique(gaps):
        candidates = likely[gaps == gap]
        step = candidates[spaces[candidates].argmax()]
        best[step], probability[step] = classes + _SPACE, spaces[step]
    return Decoded(best, probability, decoded.uncertainty)


def without_steps(decoded: Decoded, steps: Sequence[int]) -> Decoded:
    """Return the line with blanks instead of these steps."""
    best = decoded.best.copy()
    best[steps] = _BLANK
    return decoded._replace(best=best)


def _last_character(best: Integers) -> Integers:
    """Return for each step the last non-blank class up to it; the blank if there is none."""
    positions = np.maximum.accumulate(np.where(best != _BLANK, np.arange(len(best)), 0))
    return best.take(positions)
