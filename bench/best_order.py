"""What of a character error rate is order: the rate of the same lines in the order of the expected text.

Each line is put where it matches the expected text best, the longest lines first; each part of that text is used once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bench.metrics import edit_distance, edits_by_end, normalise

_TAKEN = "\0"
_MAX_EDITS = 0.5  # share of its characters; a line with more is not in the expected text


@dataclass(frozen=True)
class Causes:
    """Parts of a character error rate, as shares of the expected text.

    extra: lines that the expected text does not have. missing: characters of it that no line has.
    """

    order: float
    letters: float
    extra: float
    missing: float

    @property
    def best(self) -> float:
        """The rate of the same lines in the best order."""
        return self.letters + self.extra + self.missing


def causes(expected: str, text: str, lines: Sequence[str]) -> Causes:
    """Divide the errors of a text, which has these lines in any order."""
    expected, text = normalise(expected), normalise(text)
    placed, rest = _place([line for line in map(normalise, lines) if line], expected)
    length = max(1, len(expected))
    rate = edit_distance(expected, text) / length
    best = min(rate, edit_distance(expected, " ".join(line for _, _, line in placed)) / length)
    known = edit_distance(expected, " ".join(line for _, is_known, line in placed if is_known)) / length
    extra = max(0.0, best - known)
    missing = min(best - extra, sum(len(part.strip()) for part in rest.split(_TAKEN)) / length)
    return Causes(rate - best, best - extra - missing, extra, missing)


def _place(lines: Sequence[str], expected: str) -> tuple[list[tuple[int, bool, str]], str]:
    """Return position, whether it is in the expected text, and text of each line, and the text that no line took."""
    placed = []
    for line in sorted(lines, key=len, reverse=True):
        edits = edits_by_end(line, expected)
        end = int(edits.argmin())
        start = end - int(edits_by_end(line[::-1], expected[:end][::-1]).argmin())
        is_known = bool(edits[end] <= _MAX_EDITS * len(line))
        placed.append((start, is_known, line))
        if is_known:
            expected = expected[:start] + _TAKEN * (end - start) + expected[end:]
    return sorted(placed), expected
