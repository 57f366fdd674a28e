"""Looking up a host's addresses, within a time limit that the system's resolver does not have."""

from __future__ import annotations

import queue
import socket
import threading
from collections.abc import Callable

#: Address family, and what `socket.connect` takes for it: (address, port, …).
Endpoint = tuple[int, tuple]
#: What the resolver says of a name that is not there; all else it says may pass.
ABSENT = {socket.EAI_NONAME, getattr(socket, "EAI_NODATA", socket.EAI_NONAME)}
LOOKUP_SECONDS = 2.0
#: Lookups that may be under way at a time: those that hang are left behind, each with a thread.
MOST_LOOKUPS = 32


class NoSuchName(Exception):
    """The host has no address."""


class NoAnswer(Exception):
    """Nobody said in time whether the host has one; later somebody may."""


class Names:
    def __init__(
        self,
        seconds: float = LOOKUP_SECONDS,
        most: int = MOST_LOOKUPS,
        lookup: Callable[..., list] = socket.getaddrinfo,
    ) -> None:
        self._seconds = seconds
        self._lookup = lookup
        self._free = threading.BoundedSemaphore(most)

    def endpoints(self, host: str, port: int) -> list[Endpoint]:
        """All addresses of a host, in the order in which to try them. Raises NoSuchName or NoAnswer."""
        if not self._free.acquire(blocking=False):
            raise NoAnswer()
        answer: queue.SimpleQueue = queue.SimpleQueue()
        threading.Thread(target=self._ask, args=(host, port, answer), name="lookup", daemon=True).start()
        try:
            found = answer.get(timeout=self._seconds)
        except queue.Empty:
            raise NoAnswer() from None
        if isinstance(found, Exception):
            raise found
        return found

    def _ask(self, host: str, port: int, answer: queue.SimpleQueue) -> None:
        try:
            rows = self._lookup(host, port, type=socket.SOCK_STREAM)
            answer.put([(family, address) for family, _, _, _, address in rows] or NoSuchName())
        except UnicodeError:  # a label that is too long, or none at all
            answer.put(NoSuchName())
        except OSError as error:
            absent = isinstance(error, socket.gaierror) and error.errno in ABSENT
            answer.put(NoSuchName() if absent else NoAnswer())
        finally:
            self._free.release()
