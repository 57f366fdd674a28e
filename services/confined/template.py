"""A process that has loaded everything and read nothing. Confined children are forked from it within milliseconds.

A child that loads its libraries itself needs a second, and other jobs wait meanwhile.
"""

from __future__ import annotations

import socket
import time
from collections.abc import Mapping

from services.confined.channel import ChannelClosed
from services.confined.process import NO_VARIABLES, START_SECONDS, ConfinedChild, spawn, unavailable

#: Seconds in which a killed child is gone.
_END_SECONDS = 10


class ConfinedTemplate:
    """`python -m module`, which calls `start_template`. It has one child at a time."""

    def __init__(self, module: str, variables: Mapping[str, str] = NO_VARIABLES) -> None:
        """Start it, without waiting for it. Raises ServiceUnavailable. variables: see `spawn`."""
        self._process, self._channel = spawn(module, variables)

    def fork(self, memory_bytes: int, file_bytes: int) -> ForkedChild:
        """Its next child. Raises ServiceUnavailable. See `ConfinedChild.ready`.

        memory_bytes: limit of its address space. file_bytes: up to which size it may write the files that it gets open.
        """
        own, other = socket.socketpair()
        with other:
            try:
                self._channel.send({"memory": memory_bytes, "file": file_bytes}, files=[other.fileno()])
            except ChannelClosed as error:
                own.close()
                raise unavailable() from error
        return ForkedChild(own, self)

    def end_child(self) -> int:
        """Kill the child. Returns its exit status, which is negative for a signal. Raises ServiceUnavailable."""
        try:
            self._channel.send({})
            return int(self._channel.receive(time.monotonic() + START_SECONDS + _END_SECONDS).data["status"])
        except (ChannelClosed, TimeoutError) as error:
            raise unavailable() from error

    def close(self) -> None:
        """End it. The kernel ends its child, if it has one."""
        self._process.kill()
        self._channel.close()
        assert self._process.stdin
        self._process.stdin.close()
        self._process.wait()


class ForkedChild(ConfinedChild):
    """A child of a template."""

    def __init__(self, own: socket.socket, template: ConfinedTemplate) -> None:
        super().__init__(own)
        self._template = template

    def kill(self) -> int:
        try:
            return self._template.end_child()
        finally:
            self.channel.close()
