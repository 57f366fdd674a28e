"""A table of what was found, which knows whether all that must hold did."""

from __future__ import annotations

import sys
from collections.abc import Sequence


class Report:
    """Lines go out as they come. `failures`: what did not hold, in words."""

    def __init__(self, name: str) -> None:
        self._name = name
        self.failures: list[str] = []

    @property
    def holds(self) -> bool:
        return not self.failures

    def say(self, line: str) -> None:
        sys.stdout.write(f"\n{self._name}: {line}\n")
        sys.stdout.flush()

    def tell(self, what: str, value: object) -> None:
        """Something that may be as it is."""
        self._line("    ", what, value)

    def must(self, what: str, value: object, holds: bool, why: str = "") -> None:
        """Something that has to hold; `why` it does not."""
        self._line("ok  " if holds else "NO  ", what, f"{value}" + (f"   {why[:400]}" if why and not holds else ""))
        if not holds:
            self.failures.append(f"{self._name}, {what}: {value} {why[:400]}")

    def _line(self, mark: str, what: str, value: object) -> None:
        sys.stdout.write(f"  {mark}{what:34} {value}\n")
        sys.stdout.flush()


def percentile(values: Sequence[float], part: float) -> float:
    """The value below which this part of them lies."""
    return sorted(values)[min(len(values) - 1, int(part * len(values)))]
