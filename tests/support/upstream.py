"""Both ends of a proxied request as raw sockets, to check what the proxy between them does."""

from __future__ import annotations

import socket


class Connection:
    """One end of a connection. Reading raises TimeoutError if nothing arrives for ten seconds."""

    def __init__(self, sock: socket.socket) -> None:
        self._socket = sock
        sock.settimeout(10)

    def send(self, data: bytes) -> None:
        self._socket.sendall(data)

    def read_until(self, mark: bytes) -> bytes:
        """Everything received up to and including `mark`, and possibly more. Raises EOFError if it does not arrive."""
        received = b""
        while mark not in received:
            chunk = self._socket.recv(65536)
            if not chunk:
                raise EOFError(received)
            received += chunk
        return received

    def read_all(self) -> bytes:
        received = b""
        while chunk := self._socket.recv(65536):
            received += chunk
        return received

    def close(self) -> None:
        self._socket.close()


def connect(port: int) -> Connection:
    return Connection(socket.create_connection(("127.0.0.1", port)))


class Upstream:
    """A listening socket in place of a web server."""

    def __init__(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._listener.settimeout(10)
        self.port = self._listener.getsockname()[1]

    def accept(self) -> Connection:
        """Accept the next connection."""
        return Connection(self._listener.accept()[0])

    def close(self) -> None:
        self._listener.close()
