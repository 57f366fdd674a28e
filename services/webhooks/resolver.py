"""Host name lookup with a time limit, which the system's resolver does not have."""

from __future__ import annotations

import queue
import socket
import threading
from collections.abc import Callable
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
        answers: queue.SimpleQueue[list[Endpoint] | Exception] = queue.SimpleQueue()
        threading.Thread(target=self._run, args=(host, port, answers), name="lookup", daemon=True).start()
        try:
            answer = answers.get(timeout=self._seconds)
        except queue.Empty:
            raise NoAnswer() from None
        if isinstance(answer, Exception):
            raise answer
        return answer

    def _run(self, host: str, port: int, answers: queue.SimpleQueue[list[Endpoint] | Exception]) -> None:
        try:
            rows = self._lookup(host, port, type=socket.SOCK_STREAM)
            answers.put([(family, address) for family, _, _, _, address in rows] or NoSuchName())
        except UnicodeError:  # a label of the name is empty or too long
            answers.put(NoSuchName())
        except OSError as error:
            absent = isinstance(error, socket.gaierror) and error.errno in NAME_DOES_NOT_EXIST
            answers.put(NoSuchName() if absent else NoAnswer())
        finally:
            self._free.release()
