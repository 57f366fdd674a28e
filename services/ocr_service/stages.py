"""How long a page spent in each stage of its processing."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Stage:
    """One stage, in Unix seconds. `name`: decode, render, layer, detect or recognise."""

    name: str
    started: float
    ended: float

    @property
    def seconds(self) -> float:
        return self.ended - self.started


class Stages:
    """Collects stages until `take` is called."""

    def __init__(self) -> None:
        self._stages: list[Stage] = []

    @contextmanager
    def measure(self, name: str) -> Iterator[None]:
        started = time.time()
        try:
            yield
        finally:
            self._stages.append(Stage(name, started, time.time()))

    def add(self, seconds: Mapping[str, float]) -> None:
        """Stages that have just ended, one after another: {name: seconds}."""
        started = time.time() - sum(seconds.values())
        for name, value in seconds.items():
            self._stages.append(Stage(name, started, started + value))
            started += value

    def extend(self, stages: Iterable[Stage]) -> None:
        """Stages that another process has measured."""
        self._stages.extend(stages)

    def take(self) -> list[Stage]:
        """Return the stages collected since the last call."""
        taken, self._stages = self._stages, []
        return taken
