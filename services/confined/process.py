"""The parent's side of a confined child: starts it, and kills it."""

from __future__ import annotations

import logging
import os
import socket
import subprocess
import sys
import time
from pathlib import Path

from services.confined.channel import Channel, ChannelClosed
from services.errors import ServiceUnavailable

# From the standard library: web processes and children import this, and structlog takes long.
log = logging.getLogger(__name__)

_ROOT = Path(__file__).resolve().parents[2]
#: Seconds for the start of a child. A machine under full load may need this long.
_START_SECONDS = 30
#: Variables that Python may need to start. A child gets no others: the environment has the secrets of the service.
_PASSED_VARIABLES = ("LD_LIBRARY_PATH", "PYTHONHOME", "PYTHONPATH")
#: One thread per child: pages are read in parallel by several processes.
_OWN_VARIABLES = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}


class ConfinedProcess:
    """A running child. `channel` is connected to it, and `mechanisms` are those that confine it, once it is ready."""

    def __init__(self, module: str, memory_bytes: int, *arguments: str) -> None:
        """Start `python -m module`. Raises ServiceUnavailable.

        memory_bytes: limit of its address space.
        """
        own, other = socket.socketpair()
        self.channel = Channel(own)
        with other:
            try:
                self._process = subprocess.Popen(
                    [sys.executable, "-m", module, str(other.fileno()), str(memory_bytes), *arguments],
                    cwd=_ROOT,
                    env=_environment(),
                    # Nothing is ever sent over this pipe. It closes when this process ends, which ends the child.
                    stdin=subprocess.PIPE,
                    stdout=subprocess.DEVNULL,
                    stderr=subprocess.DEVNULL,
                    pass_fds=(other.fileno(),),
                    # Ctrl-C in a terminal must reach the parent only: it may still need the child while it shuts down.
                    start_new_session=True,
                )
            except OSError as error:
                own.close()
                raise _unavailable() from error
        self.pid = self._process.pid
        self.mechanisms: tuple[str, ...] | None = None

    def ready(self) -> ConfinedProcess:
        """Wait until it is confined, and return it. Raises ServiceUnavailable."""
        if self.mechanisms is None:
            try:
                message = self.channel.receive(time.monotonic() + _START_SECONDS)
            except (ChannelClosed, TimeoutError) as error:
                self.kill()
                raise _unavailable() from error
            self.mechanisms = tuple(message.data["mechanisms"])
            if not self.mechanisms:
                log.warning("this kernel has neither seccomp nor Landlock: parsers of files are not confined")
        return self

    def kill(self) -> int:
        """Kill the process. Returns its exit status, which is negative for a signal."""
        self._process.kill()
        self.channel.close()
        assert self._process.stdin
        self._process.stdin.close()
        return self._process.wait()


def _environment() -> dict[str, str]:
    return _OWN_VARIABLES | {name: os.environ[name] for name in _PASSED_VARIABLES if name in os.environ}


def _unavailable() -> ServiceUnavailable:
    return ServiceUnavailable("Files cannot be read right now. Nothing is lost. Try again shortly.")
