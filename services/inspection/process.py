"""The parent's end of one inspection child: start it, ask it, kill it."""

from __future__ import annotations

import os
import select
import subprocess
import sys
import time
from pathlib import Path

from services.errors import ServiceUnavailable

_ROOT = Path(__file__).resolve().parents[2]

#: A machine under full load may take this long to start a process.
_START_SECONDS = 30


class ChildDied(Exception):
    """The child ended, or closed its pipe, without an answer."""


class ChildHung(Exception):
    """The child gave no answer in time."""


class InspectionProcess:
    """One running `services.inspection.child`. Used by one thread at a time."""

    def __init__(self, memory_mb: int) -> None:
        """Starts the process and waits until it is ready. Raises ServiceUnavailable."""
        self.answered = 0
        self.last_used = time.monotonic()
        try:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "services.inspection.child", str(memory_mb << 20)],
                cwd=_ROOT,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                bufsize=0,
                # Ctrl-C in a terminal goes to the parent, which may still want answers while it winds down.
                start_new_session=True,
            )
        except OSError as error:
            raise _unavailable() from error
        try:
            self._read_line(time.monotonic() + _START_SECONDS)
        except (ChildDied, ChildHung) as error:
            self.kill()
            raise _unavailable() from error

    def ask(self, request: bytes, seconds: float) -> bytes:
        """Send one line, return the line that answers it. Raises ChildHung, ChildDied."""
        deadline = time.monotonic() + seconds
        try:
            self._process.stdin.write(request)
        except OSError as error:
            raise ChildDied() from error
        answer = self._read_line(deadline)
        self.answered += 1
        self.last_used = time.monotonic()
        return answer

    def kill(self) -> int:
        """End the process whatever it does; returns its exit status, negative for a signal."""
        self._process.kill()
        self._process.stdin.close()
        self._process.stdout.close()
        return self._process.wait()

    def _read_line(self, deadline: float) -> bytes:
        poll = select.poll()
        poll.register(self._process.stdout, select.POLLIN)
        line = b""
        while not line.endswith(b"\n"):
            if not poll.poll(max(0.0, deadline - time.monotonic()) * 1000):
                raise ChildHung()
            part = os.read(self._process.stdout.fileno(), 1 << 16)
            if not part:
                raise ChildDied()
            line += part
        return line


def _unavailable() -> ServiceUnavailable:
    return ServiceUnavailable("Files cannot be checked right now. Nothing was accepted; try again shortly.")
