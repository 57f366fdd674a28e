"""The parent's side of one inspection child: starts it, sends requests, kills it."""

from __future__ import annotations

import os
import select
import subprocess
import sys
import time
from pathlib import Path

from services.errors import ServiceUnavailable

_ROOT = Path(__file__).resolve().parents[2]

#: Seconds for the start of a child. A machine under full load may need this long.
_START_SECONDS = 30


class ChildDied(Exception):
    """The child ended, or closed its pipe, without a response."""


class ChildHung(Exception):
    """The child did not respond in time."""


class InspectionProcess:
    """A running `services.inspection.child`. Not safe to use from several threads at the same time."""

    def __init__(self, memory_mb: int) -> None:
        """Starts the process and waits until it is ready. Raises ServiceUnavailable."""
        self.responses = 0
        self.last_used = time.monotonic()
        try:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "services.inspection.child", str(memory_mb << 20)],
                cwd=_ROOT,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                bufsize=0,
                # Ctrl-C in a terminal must reach the parent only: it may still need responses while it shuts down.
                start_new_session=True,
            )
        except OSError as error:
            raise _unavailable() from error
        assert self._process.stdin and self._process.stdout  # both are pipes
        self._input, self._output = self._process.stdin, self._process.stdout
        try:
            self._read_line(time.monotonic() + _START_SECONDS)
        except (ChildDied, ChildHung) as error:
            self.kill()
            raise _unavailable() from error

    def request(self, line: bytes, seconds: float) -> bytes:
        """Send one line and return the line of the response. Raises ChildHung or ChildDied."""
        deadline = time.monotonic() + seconds
        try:
            self._input.write(line)
        except OSError as error:
            raise ChildDied() from error
        response = self._read_line(deadline)
        self.responses += 1
        self.last_used = time.monotonic()
        return response

    def kill(self) -> int:
        """Kill the process. Returns its exit status, which is negative for a signal."""
        self._process.kill()
        self._input.close()
        self._output.close()
        return self._process.wait()

    def _read_line(self, deadline: float) -> bytes:
        poll = select.poll()
        poll.register(self._output, select.POLLIN)
        line = b""
        while not line.endswith(b"\n"):
            if not poll.poll(max(0.0, deadline - time.monotonic()) * 1000):
                raise ChildHung()
            part = os.read(self._output.fileno(), 1 << 16)
            if not part:
                raise ChildDied()
            line += part
        return line


def _unavailable() -> ServiceUnavailable:
    return ServiceUnavailable("Files cannot be checked right now. Nothing was accepted. Try again shortly.")
