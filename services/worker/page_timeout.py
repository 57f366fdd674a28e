"""The time limit of one page, in two layers.

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
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

from services.errors import PageTimeout

#: Seconds that native code may run past the limit before its process is ended.
GRACE_SECONDS = 10


@contextmanager
def page_time_limit(seconds: int) -> Iterator[Callable[[], None]]:
    """Raise PageTimeout in the body after `seconds`. Has no effect outside the main thread.

    Gives the body a function that starts the time again, for the next page.
    """
    if threading.current_thread() is not threading.main_thread():
        yield lambda: None
        return

    def on_alarm(signum: int, frame: FrameType | None) -> None:
        raise PageTimeout(f"The page took longer than the limit of {seconds} seconds. {PageTimeout.remedy}")

    def start() -> None:
        # The original stderr: a replacement in sys.stderr may have no file descriptor.
        faulthandler.dump_traceback_later(seconds + GRACE_SECONDS, exit=True, file=sys.__stderr__ or sys.stderr)
        signal.setitimer(signal.ITIMER_REAL, seconds)

    previous = signal.signal(signal.SIGALRM, on_alarm)
    start()
    try:
        yield start
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        faulthandler.cancel_dump_traceback_later()
        signal.signal(signal.SIGALRM, previous)
