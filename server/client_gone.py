"""Whether the client of a request has closed its connection."""

import socket


def is_gone(sock: socket.socket) -> bool:
    """Does not block. A client that has closed only its sending side counts as gone, as in most proxies."""
    try:
        return sock.recv(1, socket.MSG_PEEK | socket.MSG_DONTWAIT) == b""
    except BlockingIOError:
        return False
    except OSError:
        return True
