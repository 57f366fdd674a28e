"""Inspects uploads in disposable child processes, so that hostile bytes cannot crash, hang or bloat anything else.

Why `ConfinedProcess` and not a process pool from a library: on two cores, pebble's pool took 0.3 s (forkserver) to
0.65 s (spawn) for the first result and 0.4 ms for each further one, with three threads and two more processes. This
takes 0.4 s (all parsers are loaded before the first file) and 0.2 ms, with no thread and one process. `multiprocessing`
imports the main module again in the child, which under `python app.py` is the whole application. And pebble's busy
children outlive a parent that was killed.
"""

from __future__ import annotations

import logging
import os
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from os import PathLike
from typing import Any

from services.confined.channel import ChannelClosed
from services.confined.errors import error_from
from services.errors import CorruptFile, EmptyFile, OCRServiceError
from services.inspection.budget import InspectionBudget
from services.inspection.facts import FileFacts, InspectionLimits
from services.inspection.process import InspectionProcess
from utils.process import call_after_fork
from utils.sniffing import MEDIA_TYPES

# From the standard library, because the child imports this package, too: structlog alone would triple its start time.
log = logging.getLogger(__name__)

#: Number of accepted files whose facts are remembered.
_MAX_REMEMBERED = 1000
#: Children other than the first are killed after this many idle seconds.
_SPARE_SECONDS = 60


@dataclass(eq=False)
class Inspector:
    """Runs `inspect_upload` in child processes. Thread-safe. Starts no process before the first call."""

    limits: InspectionLimits
    #: Seconds that one inspection may take.
    seconds: float = 10
    #: Address space of a child. 190 MB of it are libraries, most of which all children share. Large pictures are not
    #: decoded here, so that all children together stay within the 1 GB of a web container.
    memory_mb: int = 320
    #: Size of the largest file. It is mapped, which takes address space but no memory, so it comes on top.
    max_file_bytes: int = 50 << 20
    #: Maximum number of concurrent inspections. One takes about a millisecond.
    children: int = 2
    #: A child is replaced after this many calls.
    calls_per_child: int = 500
    #: Environment of a child.
    variables: Mapping[str, str] = field(default_factory=dict)
    _remembered: dict[str, FileFacts] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        self._reset_children()
        call_after_fork(self._reset_children)

    def _reset_children(self) -> None:
        """A forked process starts its own children."""
        self._idle: list[InspectionProcess] = []
        self._lock = threading.Lock()
        self.budget = InspectionBudget()
        self._slots = threading.BoundedSemaphore(self.children)

    def inspect(self, path: str | PathLike[str], key: str = "", client: str = "", password: str = "") -> FileFacts:
        """Inspect the file at `path`. If `key` identifies its owner and content, the facts are remembered.

        Not those of a file with a password: the next request may have another one.

        The owner is part of the key because a quick answer would tell that someone else has sent the same file.

        Raises the errors of `inspect_upload`; CorruptFile also if the inspection crashes or exceeds a limit;
        ServiceUnavailable if no child can be started; RateLimited if the files of this client took too long before.
        """
        if os.path.getsize(path) == 0:
            raise EmptyFile()
        key = "" if password else key
        if facts := self._remembered.get(key):
            return facts
        with self.budget.inspection(client) as count, self._slots, open(path, "rb") as file:
            facts = _facts_from(self._request(file.fileno(), password, count), self.limits)
        if key:
            if len(self._remembered) >= _MAX_REMEMBERED:
                self._remembered.clear()
            self._remembered[key] = facts
        return facts

    def close(self) -> None:
        """Kill all idle children. A busy one ends after its call."""
        with self._lock:
            self.calls_per_child = 0
            idle, self._idle = self._idle, []
        for child in idle:
            child.kill()

    def _request(self, file: int, password: str, count: Callable[[float], None]) -> dict[str, Any]:
        """`count` gets the CPU seconds that the child used, or the time until it was killed."""
        while True:
            child = self._acquire()
            used, started = child.responses > 0, time.monotonic()
            try:
                response = child.request(file, self.limits, self.seconds, password)
            except TimeoutError as error:
                child.kill()
                count(self.seconds)
                log.warning("inspection took longer than %s s", self.seconds)
                raise _unsafe() from error
            except ChannelClosed as error:
                log.warning("inspection child died, exit status %s", child.kill())
                count(time.monotonic() - started)
                if not used:
                    raise _unsafe() from error
                # An earlier file may have damaged that child, so this file is tried again with a new one.
            else:
                count(_seconds_of(response, time.monotonic() - started))
                self._release(child)
                return response

    def _acquire(self) -> InspectionProcess:
        with self._lock:
            if self._idle:
                return self._idle.pop()
        return InspectionProcess((self.memory_mb << 20) + self.max_file_bytes, self.variables)

    def _release(self, child: InspectionProcess) -> None:
        """The child used last is used next, so that spare children stay idle and can be killed."""
        surplus: list[InspectionProcess] = []
        with self._lock:
            (surplus if child.responses >= self.calls_per_child else self._idle).append(child)
            while len(self._idle) > 1 and time.monotonic() - self._idle[0].last_used > _SPARE_SECONDS:
                surplus.append(self._idle.pop(0))
        for old in surplus:
            old.kill()


def _seconds_of(response: dict[str, Any], elapsed: float) -> float:
    """The CPU time that the child reports, if it is possible."""
    seconds = response.pop("seconds", None)
    return seconds if isinstance(seconds, float) and 0 <= seconds <= elapsed else elapsed


def _facts_from(response: dict[str, Any], limits: InspectionLimits) -> FileFacts:
    """The child may be taken over by the file that it read, so its response is checked like a client's."""
    if "facts" not in response:
        raise error_from(response) or _unsafe() from RuntimeError(str(response.get("cause")))
    try:
        return _checked(FileFacts(**response["facts"]), limits)
    except (TypeError, ValueError) as malformed:
        raise _unsafe() from malformed


def _checked(facts: FileFacts, limits: InspectionLimits) -> FileFacts:
    """Raises ValueError if a field has another type than declared, or is out of range."""
    numbers = (facts.pages, facts.width, facts.height)
    known = facts.kind in ("image", "pdf") and facts.media_type in MEDIA_TYPES
    in_range = all(type(number) is int and number >= 0 for number in numbers) and facts.pages <= limits.max_pages
    if not known or not in_range:
        raise ValueError("not the facts of a file")
    return facts


def _unsafe() -> OCRServiceError:
    return CorruptFile("The file could not be read safely: it is damaged or too complex. Save it in a simpler form.")
