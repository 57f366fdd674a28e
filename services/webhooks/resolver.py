"""Host name lookup with a time limit, which the system's resolver does not have."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any, TypeAlias

#: The arguments of `socket.connect`: (address, port, ...).
Address: TypeAlias = tuple[Any, ...]
#: Address family and address.
Endpoint: TypeAlias = tuple[int, Address]
#: Resolver errors that mean the name does not exist. All other errors may be temporary.
NAME_DOES_NOT_EXIST = {socket.EAI_NONAME, getattr(socket, "EAI_NODATA", socket.EAI_NONAME)}
LOOKUP_SECONDS = 2.0
#: Maximum number of concurrent lookups. A lookup that hangs keeps its thread until the system's resolver returns.
MAX_LOOKUPS = 32


class NoSuchName(Exception):
    """The host has no address."""


class NoAnswer(Exception):
    """The lookup did not finish in time or failed temporarily. A later one may succeed."""


class Resolver:
    def __init__(
        self,
        seconds: float = LOOKUP_SECONDS,
        max_lookups: int = MAX_LOOKUPS,
        lookup: Callable[..., list[tuple[Any, ...]]] = socket.getaddrinfo,
    ) -> None:
        self._seconds = seconds
        self._lookup = lookup
        self._free = threading.BoundedSemaphore(max_lookups)

    def endpoints(self, host: str, port: int) -> list[Endpoint]:
        """All addresses of a host, in the order in which to try them. Raises NoSuchName or NoAnswer."""
        if not self._free.acquire(blocking=False):
            raise NoAnswer()
        answer: Future[list[tuple[Any, ...]]] = Future()
        threading.Thread(target=self._run, args=(host, port, answer), name="lookup", daemon=True).start()
        try:
            rows = answer.result(self._seconds)
        except UnicodeError as error:  # a label of the name is empty or too long
            raise NoSuchName() from error
        except OSError as error:  # includes TimeoutError
            absent = isinstance(error, socket.gaierror) and error.errno in NAME_DOES_NOT_EXIST
            raise NoSuchName() if absent else NoAnswer() from error
        if not rows:
            raise NoSuchName()
        return [(family, address) for family, _, _, _, address in rows]

    def _run(self, host: str, port: int, answer: Future[list[tuple[Any, ...]]]) -> None:
        try:
            answer.set_result(self._lookup(host, port, type=socket.SOCK_STREAM))
        except Exception as error:
            answer.set_exception(error)
        finally:
            self._free.release()
