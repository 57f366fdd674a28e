"""The parent's side of one inspection child."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from services.confined.process import ConfinedProcess
from services.inspection.facts import InspectionLimits


class InspectionProcess:
    """A running `services.inspection.child`. Not safe to use from several threads at the same time."""

    def __init__(self, memory_bytes: int, variables: Mapping[str, str]) -> None:
        """Starts the process and waits until it is ready. Raises ServiceUnavailable. variables: its environment."""
        self.responses = 0
        self.last_used = time.monotonic()
        self._process = ConfinedProcess("services.inspection.child", memory_bytes, variables).ready()

    def request(self, file: int, limits: InspectionLimits, seconds: float, password: str = "") -> dict[str, Any]:
        """Inspect an open file and return the response. Raises TimeoutError or ChannelClosed."""
        deadline = time.monotonic() + seconds
        self._process.channel.send({"limits": asdict(limits), "password": password}, files=[file])
        response = self._process.channel.receive(deadline)
        self.responses += 1
        self.last_used = time.monotonic()
        return response.data

    def kill(self) -> int:
        """Kill the process. Returns its exit status, which is negative for a signal."""
        return self._process.kill()
