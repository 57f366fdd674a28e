"""Inspection of uploads in disposable child processes: hostile bytes can crash, hang or bloat no one else.

Why our own pipe to `python -m services.inspection.child` and not a process pool from a library: measured on two
cores, pebble's pool took 0.3 s (forkserver) to 0.65 s (spawn) to its first answer and 0.4 ms for each further one,
with three threads and two more processes; this takes 0.1 to 0.2 s and 0.1 ms, with no thread and one process.
`multiprocessing` imports the main module once more in the child, which under `python app.py` is the whole application.
And pebble's children, when busy, outlive a parent that was killed.
"""

from __future__ import annotations

import json
import logging
import os
import threading
import time
import weakref
from os import PathLike

from services.errors import (
    CorruptFile,
    EmptyFile,
    EncryptedFile,
    OCRServiceError,
    TooManyPages,
    TooManyPixels,
    TruncatedFile,
    UnsupportedType,
)
from services.inspection.facts import FileFacts, InspectionLimits
from services.inspection.process import ChildDied, ChildHung, InspectionProcess

# The standard library's, since the child loads this package too: structlog alone would triple its start.
log = logging.getLogger(__name__)

_ERRORS = {
    error.code: error
    for error in (
        CorruptFile,
        EmptyFile,
        EncryptedFile,
        TooManyPages,
        TooManyPixels,
        TruncatedFile,
        UnsupportedType,
    )
}

#: Files that were found good are known again by their digests: of so many, what was found.
_MOST_KNOWN = 1000
#: Children beyond the first are let go when they were idle for so many seconds.
_SPARE_SECONDS = 60


class Inspector:
    """Runs `inspect_upload` in child processes. Safe to call from many threads; starts nothing before the first call.

    One inspection may take `seconds` and a child `memory_mb` of address space; `children` inspect at once at most, and
    each is replaced after `calls_per_child`. After a fork the new process starts children of its own.
    """

    def __init__(
        self,
        limits: InspectionLimits,
        *,
        seconds: float = 10,
        memory_mb: int = 1536,
        children: int = 4,
        calls_per_child: int = 500,
    ) -> None:
        self._limits = {"max_pixels": limits.max_pixels, "max_pages": limits.max_pages}
        self._seconds = seconds
        self._memory_mb = memory_mb
        self._children = children
        self._calls_per_child = calls_per_child
        self._known: dict[str, FileFacts] = {}
        self._forget_children()
        forget = weakref.WeakMethod(self._forget_children)
        os.register_at_fork(after_in_child=lambda: (method := forget()) and method())

    def inspect(self, path: str | PathLike[str], digest: str = "") -> FileFacts:
        """Judge the file at `path`. `digest` names its content, where that is known: it is judged once.

        Raises what `inspect_upload` raises, CorruptFile also for a file whose inspection crashes or goes past a limit,
        and ServiceUnavailable where no child can be started.
        """
        if os.path.getsize(path) == 0:
            raise EmptyFile()
        if known := self._known.get(digest):
            return known
        request = {"path": os.path.abspath(os.fspath(path)), "limits": self._limits}
        with self._slots:
            answer = self._ask(json.dumps(request).encode() + b"\n")
        facts = _facts_of(answer)
        if digest:
            if len(self._known) >= _MOST_KNOWN:
                self._known.clear()
            self._known[digest] = facts
        return facts

    def close(self) -> None:
        """End all idle children. One that is busy ends with its call."""
        with self._lock:
            self._calls_per_child = 0
            idle, self._idle = self._idle, []
        for child in idle:
            child.kill()

    def _ask(self, request: bytes) -> dict:
        while True:
            child = self._take()
            used = child.answered > 0
            try:
                answer = json.loads(child.ask(request, self._seconds))
            except ChildHung as error:
                child.kill()
                log.warning("inspection took longer than %s s", self._seconds)
                raise _unsafe() from error
            except (ChildDied, ValueError) as error:
                log.warning("inspection ended without an answer, exit status %s", child.kill())
                if not used:
                    raise _unsafe() from error
                # An earlier file may have left that child damaged; this one deserves a fresh one.
            else:
                self._give_back(child)
                return answer

    def _take(self) -> InspectionProcess:
        with self._lock:
            if self._idle:
                return self._idle.pop()
        return InspectionProcess(self._memory_mb)

    def _give_back(self, child: InspectionProcess) -> None:
        """The most recently used child is used next, so that spare ones grow old and can be let go."""
        leaving = []
        with self._lock:
            (leaving if child.answered >= self._calls_per_child else self._idle).append(child)
            while len(self._idle) > 1 and time.monotonic() - self._idle[0].last_used > _SPARE_SECONDS:
                leaving.append(self._idle.pop(0))
        for old in leaving:
            old.kill()

    def _forget_children(self) -> None:
        self._idle: list[InspectionProcess] = []
        self._lock = threading.Lock()
        self._slots = threading.BoundedSemaphore(self._children)


def _facts_of(answer: dict) -> FileFacts:
    if "facts" in answer:
        return FileFacts(**answer["facts"])
    cause = RuntimeError(answer.get("cause"))
    error = answer.get("error")
    if error is None:
        raise _unsafe() from cause
    raise _ERRORS.get(error["code"], CorruptFile)(error["message"], **error["extra"]) from cause


def _unsafe() -> OCRServiceError:
    return CorruptFile(
        "The file could not be read safely: it is damaged or far too complex. Save it in a simpler form."
    )
