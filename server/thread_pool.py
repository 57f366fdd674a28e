"""Threads for requests: few while they get on, many while they wait.

Python runs one thread at a time. When dozens want to, each of them and whatever else is in the process waits for dozens
of turns; so a handful does the work as fast as it can be done. But a thread may also wait for a client's body,
for a Redis that hangs, for a hostile file's inspection. When nothing gets on, there are more of them at once.
"""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future

#: Work that lies there for so long, while no thread takes any, calls for more threads.
STUCK_SECONDS = 0.2
#: A thread beyond the few goes when it had nothing to do for so long.
IDLE_SECONDS = 5.0


class ElasticThreadPool:
    """As much of an Executor as gunicorn asks for. `relieve` is to be called again and again, by one thread."""

    def __init__(self, few: int, many: int, name: str) -> None:
        self._few = few
        self._many = many
        self._name = name
        self._work: queue.SimpleQueue[tuple[Future, Callable, tuple] | None] = queue.SimpleQueue()
        self._threads = 0
        self._lock = threading.Lock()
        #: Since when each thread has been at what it is at.
        self._since: dict[int, float] = {}
        #: When a thread last took something up, on the clock of time.monotonic().
        self._taken = 0.0
        self._more(few)

    @property
    def busy(self) -> bool:
        """Whether work lies there."""
        return not self._work.empty()

    def submit(self, call: Callable, *args: object) -> Future:
        future: Future = Future()
        if self._work.empty():
            self._taken = time.monotonic()  # it has not lain there at all yet
        self._work.put((future, call, args))
        return future

    def relieve(self) -> None:
        """Start as many threads again as there are when nothing gets on."""
        if self.busy and time.monotonic() - self._taken > STUCK_SECONDS and self._threads < self._many:
            self._more(min(self._threads, self._many - self._threads))
            self._taken = time.monotonic()

    def shutdown(self, wait: bool = True) -> None:
        """What lies there is still done; threads that have nothing to do end."""
        for _ in range(self._threads):
            self._work.put(None)

    def _more(self, count: int) -> None:
        with self._lock:
            self._threads += count
        for _ in range(count):
            threading.Thread(target=self._run, name=self._name, daemon=True).start()

    def _run(self) -> None:
        me = threading.get_ident()
        while (item := self._next()) is not None:
            self._taken = self._since[me] = time.monotonic()
            future, call, args = item
            try:
                future.set_result(call(*args))
            except BaseException as error:
                future.set_exception(error)
            del item, future, call, args  # or an idle thread would keep a connection
            del self._since[me]
            if self._threads > self._few and self._leaves():
                return
        with self._lock:
            self._threads -= 1

    def _leaves(self) -> bool:
        """Whether one of the threads that get on is one too many."""
        with self._lock:
            now = time.monotonic()
            stuck = sum(now - since > STUCK_SECONDS for since in list(self._since.values()))
            surplus = self._threads - stuck > self._few
            self._threads -= surplus
        return surplus

    def _next(self) -> tuple[Future, Callable, tuple] | None:
        """None when this thread is not needed any more."""
        while True:
            try:
                return self._work.get(timeout=IDLE_SECONDS)
            except queue.Empty:
                if self._threads > self._few:
                    return None
