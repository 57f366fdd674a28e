"""The time limit of one page, in two layers. Before it is reached, a page may be put aside for others.

1. A timer signal raises PageTimeout in the main thread as soon as Python code runs again, that is between two calls of
   native code. OCR spends nearly all of its time in such calls.
2. If native code does not return, `faulthandler`'s watchdog ends the process. It is a C thread and does not need the
   interpreter lock. Another worker then takes the unit.
"""

from __future__ import annotations

import faulthandler
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

from services.errors import PageTimeout

#: Seconds that native code may run past the limit before its process is ended.
GRACE_SECONDS = 10
#: Seconds until `make_way` is asked for the first time, and then again and again.
ASK_AFTER, ASK_EVERY = 1.0, 0.5


class PutAside(Exception):
    """The page has kept the worker for `seconds`, and short jobs of other owners wait."""

    def __init__(self, seconds: float) -> None:
        super().__init__()
        self.seconds = seconds


def nobody_waits(seconds: float) -> bool:
    return False


@contextmanager
def page_time_limit(seconds: int, make_way: Callable[[float], bool] = nobody_waits) -> Iterator[Callable[[], None]]:
    """Raise PageTimeout in the body after `seconds`. Has no effect outside the main thread.

    Gives the body a function that starts the time again, for the next page. Raises PutAside as soon as `make_way`,
    which gets the seconds since the start, says so. It is called in the middle of the body, so the body must not use
    what it uses.
    """
    if threading.current_thread() is not threading.main_thread():
        yield lambda: None
        return

    started = time.monotonic()

    def on_alarm(signum: int, frame: FrameType | None) -> None:
        elapsed = time.monotonic() - started
        if elapsed >= seconds:
            raise PageTimeout(f"The page took longer than the limit of {seconds} seconds. {PageTimeout.remedy}")
        if make_way(elapsed):
            raise PutAside(elapsed)
        signal.setitimer(signal.ITIMER_REAL, min(ASK_EVERY, max(0.01, seconds - elapsed)))

    def start() -> None:
        nonlocal started
        started = time.monotonic()
        # The original stderr: a replacement in sys.stderr may have no file descriptor.
        faulthandler.dump_traceback_later(seconds + GRACE_SECONDS, exit=True, file=sys.__stderr__ or sys.stderr)
        signal.setitimer(signal.ITIMER_REAL, min(ASK_AFTER, seconds))

    previous = signal.signal(signal.SIGALRM, on_alarm)
    start()
    try:
        yield start
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        faulthandler.cancel_dump_traceback_later()
        signal.signal(signal.SIGALRM, previous)
