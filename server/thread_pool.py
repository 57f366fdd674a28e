"""A thread pool with few threads for quick work, and more when the work blocks.

Python runs one thread at a time. If dozens are runnable, each of them, and everything else in the process, waits for
dozens of turns: a few threads get the work done fastest. But a thread may also block: on a client's body, on a Redis
that hangs, on the inspection of a hostile file. When no work makes progress, the pool grows.
"""

import queue
import threading
import time
from collections.abc import Callable
from typing import Any

import structlog

#: The pool grows if no thread has taken any of the queued work for this long.
STUCK_SECONDS = 0.2
#: An additional thread ends after this long without work.
IDLE_SECONDS = 5.0

log = structlog.get_logger(__name__)

_Task = tuple[Callable[..., object], tuple[Any, ...]]


class ElasticThreadPool:
    """Runs calls whose results nobody needs. One thread must call `grow_if_stuck` regularly."""

    def __init__(self, min_threads: int, max_threads: int, name: str) -> None:
        self._min_threads = min_threads
        self._max_threads = max_threads
        self._name = name
        #: None tells a thread to end.
        self._tasks: queue.SimpleQueue[_Task | None] = queue.SimpleQueue()
        self._threads = 0
        self._lock = threading.Lock()
        #: When each busy thread, by its ident, took its task. All times are on the clock of time.monotonic().
        self._busy_since: dict[int, float] = {}
        #: When a thread last took a task.
        self._last_taken_at = 0.0
        self._start_threads(min_threads)

    @property
    def has_queued_work(self) -> bool:
        return not self._tasks.empty()

    @property
    def stuck_seconds(self) -> float:
        """Seconds for which no thread has taken any of the queued work, although the pool cannot grow any more."""
        if self._tasks.empty() or self._threads < self._max_threads:
            return 0.0
        return time.monotonic() - self._last_taken_at

    def submit(self, call: Callable[..., object], *args: Any) -> None:
        if self._tasks.empty():
            self._last_taken_at = time.monotonic()  # this task has not waited yet
        self._tasks.put((call, args))

    def grow_if_stuck(self) -> None:
        """Double the number of threads if no queued work is being taken."""
        stuck = self.has_queued_work and time.monotonic() - self._last_taken_at > STUCK_SECONDS
        if stuck and self._threads < self._max_threads:
            self._start_threads(min(self._threads, self._max_threads - self._threads))
            self._last_taken_at = time.monotonic()

    def shutdown(self, wait: bool = True) -> None:
        """Let the threads end once the queued work is done. Does not wait for them."""
        for _ in range(self._threads):
            self._tasks.put(None)

    def _start_threads(self, count: int) -> None:
        with self._lock:
            self._threads += count
        for _ in range(count):
            threading.Thread(target=self._run, name=self._name, daemon=True).start()

    def _run(self) -> None:
        ident = threading.get_ident()
        while (task := self._next_task()) is not None:
            self._last_taken_at = self._busy_since[ident] = time.monotonic()
            call, args = task
            try:
                call(*args)
            except BaseException:  # the thread must survive
                log.exception("a call in a thread pool failed")
            del task, call, args  # an idle thread must not keep a connection alive
            del self._busy_since[ident]
            if self._threads > self._min_threads and self._leave_if_surplus():
                return

    def _leave_if_surplus(self) -> bool:
        """Whether more threads make progress than are needed. The caller then ends, and is no longer counted."""
        with self._lock:
            now = time.monotonic()
            stuck = sum(now - since > STUCK_SECONDS for since in list(self._busy_since.values()))
            surplus = self._threads - stuck > self._min_threads
            self._threads -= surplus
        return surplus

    def _next_task(self) -> _Task | None:
        """None if this thread should end. It is then no longer counted."""
        while True:
            try:
                task = self._tasks.get(timeout=IDLE_SECONDS)
            except queue.Empty:
                with self._lock:  # of several idle threads, only the additional ones end
                    if self._threads > self._min_threads:
                        self._threads -= 1
                        return None
            else:
                if task is None:
                    with self._lock:
                        self._threads -= 1
                return task
