"""How right a text is: words found, whatever their order, and character error rate, order counted."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter

_WORD = re.compile(r"[A-Z0-9]+")


def words(text: str) -> Counter[str]:
    """Multiset of words: runs of A-Z and 0-9 of the upper-cased text."""
    return Counter(_WORD.findall(text.upper()))


class WordScore:
    """Words right over a set of pictures, pooled: precision, recall and F1 in 0..1."""

    def __init__(self) -> None:
        self.hits = self.found = self.wanted = 0

    def add(self, truth: str, text: str) -> float:
        """Count one picture in; returns its own F1."""
        wanted, found = words(truth), words(text)
        hits = (wanted & found).total()
        self.hits += hits
        self.found += found.total()
        self.wanted += wanted.total()
        return _f1(hits, found.total(), wanted.total())

    @property
    def f1(self) -> float:
        return _f1(self.hits, self.found, self.wanted)


def _f1(hits: int, found: int, wanted: int) -> float:
    """2PR/(P+R). Nothing wanted and nothing found is perfect."""
    return 2 * hits / (found + wanted) if found + wanted else 1.0


def word_f1(truth: str, text: str) -> float:
    return WordScore().add(truth, text)


def normalise(text: str) -> str:
    """Unicode NFKC, every run of white space one space: layout is not spelling."""
    return " ".join(unicodedata.normalize("NFKC", text).split())


def character_error_rate(truth: str, text: str) -> float:
    """Edits (insert, delete, replace) that make ``text`` the truth, for each character of the truth; order counts.

    0 is perfect; above 1 where more was invented than there is. Both sides are normalised first.
    """
    truth, text = normalise(truth), normalise(text)
    if not truth:
        return 0.0 if not text else 1.0
    return edit_distance(truth, text) / len(truth)


def edit_distance(a: str, b: str) -> int:
    """Levenshtein distance, a row at a time in numpy (two pages of 5,000 characters: half a second)."""
    import numpy as np

    if not a or not b:
        return max(len(a), len(b))
    codes = np.frombuffer(b.encode("utf-32-le"), dtype=np.uint32)
    places = np.arange(len(b) + 1)
    row = places.copy()
    for index, char in enumerate(a, start=1):
        changed = np.minimum(row[:-1] + (codes != ord(char)), row[1:] + 1)
        best = np.concatenate(([index], changed))
        row = np.minimum.accumulate(best - places) + places  # insertions, from left to right
    return int(row[-1])
