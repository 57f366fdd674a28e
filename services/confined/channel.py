"""Messages between a parent and a confined child, over a Unix socket."""

from __future__ import annotations

import json
import os
import socket
import struct
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

#: Sizes in bytes of the JSON and of the bytes that follow it.
_SIZES = struct.Struct("<II")
#: Maximum size in bytes of a message. The largest are results of pages (see `ResultLimits`), with escaped characters.
MAX_BYTES = 32 << 20


class ChannelClosed(Exception):
    """The other side has ended, or sent something that is not a message."""


@dataclass(frozen=True, slots=True)
class Message:
    """data: JSON. attachment: bytes that belong to it. files: open descriptors, owned by the receiver."""

    data: dict[str, Any]
    attachment: bytes = b""
    files: tuple[int, ...] = ()


@dataclass(eq=False, slots=True)
class Channel:
    """One end of the connection. Not safe to use from several threads at the same time."""

    socket: socket.socket

    def send(self, data: dict[str, Any], attachment: bytes = b"", files: Sequence[int] = ()) -> None:
        """Raises ChannelClosed."""
        text = json.dumps(data).encode()
        message = memoryview(_SIZES.pack(len(text), len(attachment)) + text + attachment)
        try:
            sent = socket.send_fds(self.socket, [message], files) if files else 0
            self.socket.sendall(message[sent:])
        except OSError as error:
            raise ChannelClosed() from error

    def receive(self, deadline: float | None = None, max_files: int = 0) -> Message:
        """The next message. deadline: value of `time.monotonic`. Raises TimeoutError, ChannelClosed."""
        files: list[int] = []
        try:
            json_size, attachment_size = _SIZES.unpack(self._read(_SIZES.size, deadline, max_files, files))
            if json_size + attachment_size > MAX_BYTES:
                raise ChannelClosed("the message is too large")
            data = json.loads(self._read(json_size, deadline))
            if not isinstance(data, dict):
                raise ChannelClosed("the message is not an object")
            return Message(data, bytes(self._read(attachment_size, deadline)), tuple(files))
        except (ValueError, RecursionError) as error:
            raise ChannelClosed("the message is not JSON") from error
        except TimeoutError:
            raise
        except OSError as error:
            raise ChannelClosed() from error

    def close(self) -> None:
        self.socket.close()

    def _read(self, size: int, deadline: float | None, max_files: int = 0, files: list[int] | None = None) -> bytearray:
        """Exactly `size` bytes. Descriptors that arrive with them are added to `files`."""
        received = bytearray()
        while len(received) < size:
            self.socket.settimeout(None if deadline is None else max(1e-6, deadline - time.monotonic()))
            if max_files and files is not None:
                part, descriptors, *_ = socket.recv_fds(self.socket, size - len(received), max_files)
                files.extend(descriptors)
            else:
                part = self.socket.recv(min(size - len(received), 1 << 20))
            if not part:
                raise ChannelClosed("the other side has ended")
            received += part
        return received


def close_files(message: Message) -> None:
    for descriptor in message.files:
        os.close(descriptor)
