"""The printed report of a run: figures, and checks that must hold."""

from __future__ import annotations

import sys
from collections.abc import Sequence

#: Characters of an explanation that are printed.
LONGEST_REASON = 2000


class Report:
    """Prints each line as it comes. `failures` lists the checks that did not hold."""

    def __init__(self, name: str) -> None:
        self._name = name
        self.failures: list[str] = []

    @property
    def passed(self) -> bool:
        return not self.failures

    def heading(self, text: str) -> None:
        _print(f"\n{self._name}: {text}")

    def figure(self, what: str, value: object) -> None:
        """A measured value that decides nothing."""
        self._row("    ", what, value)

    def check(self, what: str, value: object, holds: bool, reason: str = "") -> None:
        """A value that decides whether the run passes. `reason` is printed when it does not hold."""
        reason = "" if holds else reason[:LONGEST_REASON]
        self._row("ok  " if holds else "NO  ", what, f"{value}   {reason}".rstrip())
        if not holds:
            self.failures.append(f"{self._name}, {what}: {value} {reason}".rstrip())

    def _row(self, mark: str, what: str, value: object) -> None:
        _print(f"  {mark}{what:34} {value}")


def _print(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def percentile(values: Sequence[float], part: float) -> float:
    """The value below which this part (0 to 1) of the values lies."""
    return sorted(values)[min(len(values) - 1, int(part * len(values)))]
