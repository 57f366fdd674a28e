"""Accuracy of a text: word F1 (in any order) and character error rate (order counts)."""

import re
import unicodedata
from collections import Counter

import numpy as np
from numpy.typing import NDArray

_WORD = re.compile(r"[A-Z0-9]+")


def words(text: str) -> Counter[str]:
    """Return the multiset of words: runs of A-Z and 0-9 in the upper-case text."""
    return Counter(_WORD.findall(text.upper()))


class WordScore:
    """Precision, recall and F1 (0..1) of the words of several images together."""

    def __init__(self) -> None:
        self.hits = self.found = self.expected = 0

    def add(self, truth: str, text: str) -> float:
        """Add one image. Return its own F1."""
        expected, found = words(truth), words(text)
        hits = (expected & found).total()
        self.hits += hits
        self.found += found.total()
        self.expected += expected.total()
        return _f1(hits, found.total(), expected.total())

    @property
    def f1(self) -> float:
        return _f1(self.hits, self.found, self.expected)


def _f1(hits: int, found: int, expected: int) -> float:
    """Return 2PR/(P+R); 1 if no words are expected and none are found."""
    return 2 * hits / (found + expected) if found + expected else 1.0


def word_f1(truth: str, text: str) -> float:
    return WordScore().add(truth, text)


def normalise(text: str) -> str:
    """Apply Unicode NFKC, and replace each run of white space by one space."""
    return " ".join(unicodedata.normalize("NFKC", text).split())


def character_error_rate(truth: str, text: str) -> float:
    """Return the number of edits (insert, delete, replace) between the texts, divided by the length of the truth.

    0 is perfect; the rate can exceed 1. Both texts are normalised first.
    """
    truth, text = normalise(truth), normalise(text)
    if not truth:
        return 0.0 if not text else 1.0
    return edit_distance(truth, text) / len(truth)


def edit_distance(a: str, b: str) -> int:
    """Return the Levenshtein distance. Vectorised by row: two pages of 5,000 characters take half a second."""
    if not a or not b:
        return max(len(a), len(b))
    return int(_last_row(a, b, everywhere=False)[-1])


def edits_by_end(wanted: str, text: str) -> NDArray[np.int_]:
    """Return the fewest edits of a text that ends at each position of another, (len(text) + 1,) (Sellers 1980)."""
    return _last_row(wanted, text, everywhere=True)


def _last_row(a: str, b: str, *, everywhere: bool) -> NDArray[np.int_]:
    """Return the last row of the edit matrix. everywhere: ``a`` may begin at any position of ``b``."""
    codes = np.frombuffer(b.encode("utf-32-le"), dtype=np.uint32)
    positions = np.arange(len(b) + 1)
    row = np.zeros(len(b) + 1, dtype=int) if everywhere else positions.copy()
    for index, char in enumerate(a, start=1):
        changed = np.minimum(row[:-1] + (codes != ord(char)), row[1:] + 1)
        best = np.concatenate(([index], changed))
        row = np.minimum.accumulate(best - positions) + positions  # insertions, from left to right
    return row
