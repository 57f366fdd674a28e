"""Both ends of a proxied request, spoken byte by byte, to see what a proxy between them does."""

from __future__ import annotations

import socket


class StreamWriter:
    """One end of a connection. Reading raises TimeoutError when nothing comes for ten seconds."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        connection.settimeout(10)

    def send(self, data: bytes) -> None:
        self._connection.sendall(data)

    def read_until(self, mark: bytes) -> bytes:
        """What comes up to `mark`, with it and what came along with it. Raises EOFError when it does not come."""
        received = b""
        while mark not in received:
            chunk = self._connection.recv(65536)
            if not chunk:
                raise EOFError(received)
            received += chunk
        return received

    def read_all(self) -> bytes:
        received = b""
        while chunk := self._connection.recv(65536):
            received += chunk
        return received

    def close(self) -> None:
        self._connection.close()


def connect(port: int) -> StreamWriter:
    return StreamWriter(socket.create_connection(("127.0.0.1", port)))


class Upstream:
    """A web server for a single request."""

    def __init__(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._listener.settimeout(10)
        self.port = self._listener.getsockname()[1]

    def take(self) -> StreamWriter:
        """The next connection."""
        return StreamWriter(self._listener.accept()[0])

    def close(self) -> None:
        self._listener.close()
