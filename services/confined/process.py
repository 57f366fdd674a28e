"""The parent's side of a confined child: starts it, and kills it."""

from __future__ import annotations

import logging
import socket
import subprocess
import sys
import time
from abc import ABC, abstractmethod
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Self

from services.confined.channel import Channel, ChannelClosed
from services.errors import ServiceUnavailable

# From the standard library: web processes and children import this, and structlog takes long.
log = logging.getLogger(__name__)

_ROOT = Path(__file__).resolve().parents[2]
#: Seconds for the start of a child. A machine under full load may need this long.
START_SECONDS = 30
#: One thread per child: pages are read in parallel by several processes.
_OWN_VARIABLES = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
NO_VARIABLES: Mapping[str, str] = MappingProxyType({})


class ConfinedChild(ABC):
    """A running child. `channel` is connected to it. `mechanisms` and `pid` are known as soon as it is ready."""

    def __init__(self, own: socket.socket) -> None:
        self.channel = Channel(own)
        self.mechanisms: tuple[str, ...] | None = None
        self.pid = 0

    def ready(self) -> Self:
        """Wait until it is confined, and return it. Raises ServiceUnavailable."""
        if self.mechanisms is None:
            try:
                message = self.channel.receive(time.monotonic() + START_SECONDS)
            except (ChannelClosed, TimeoutError) as error:
                self.kill()
                raise unavailable() from error
            self.pid, self.mechanisms = message.data["pid"], tuple(message.data["mechanisms"])
            if not self.mechanisms:
                log.warning("this kernel has neither seccomp nor Landlock: parsers of files are not confined")
        return self

    @abstractmethod
    def kill(self) -> int:
        """Kill the process. Returns its exit status, which is negative for a signal."""


class ConfinedProcess(ConfinedChild):
    """`python -m module`, which calls `start`."""

    def __init__(self, module: str, memory_bytes: int, variables: Mapping[str, str] = NO_VARIABLES) -> None:
        """Start it, without waiting for it. Raises ServiceUnavailable.

        memory_bytes: limit of its address space. variables: see `spawn`.
        """
        self._process, channel = spawn(module, variables, str(memory_bytes))
        super().__init__(channel.socket)

    def kill(self) -> int:
        self._process.kill()
        self.channel.close()
        assert self._process.stdin
        self._process.stdin.close()
        return self._process.wait()


def spawn(module: str, variables: Mapping[str, str], *arguments: str) -> tuple[subprocess.Popen[bytes], Channel]:
    """Start `python -m module` with a connection to it. Raises ServiceUnavailable.

    variables: its environment. That of the service is not passed on: it has secrets.
    """
    own, other = socket.socketpair()
    with other:
        try:
            process = subprocess.Popen(
                [sys.executable, "-m", module, str(other.fileno()), *arguments],
                cwd=_ROOT,
                env={**_OWN_VARIABLES, **variables},
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
            raise unavailable() from error
    return process, Channel(own)


def unavailable() -> ServiceUnavailable:
    return ServiceUnavailable("Files cannot be read right now. Nothing is lost. Try again shortly.")
