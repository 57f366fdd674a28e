"""How long the page at hand spent in each stage of its reading."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager


class Stages:
    """Seconds by stage (decode, render, layer, detect, recognise), gathered until somebody takes them."""

    def __init__(self) -> None:
        self._seconds: dict[str, float] = {}

    def add(self, seconds: Mapping[str, float]) -> None:
        for stage, value in seconds.items():
            self._seconds[stage] = self._seconds.get(stage, 0.0) + value

    @contextmanager
    def measure(self, stage: str) -> Iterator[None]:
        started = time.perf_counter()
        try:
            yield
        finally:
            self.add({stage: time.perf_counter() - started})

    def take(self) -> dict[str, float]:
        """What was gathered since the last time; begins anew."""
        taken, self._seconds = self._seconds, {}
        return taken
