"""The time limit of one page.

Two layers. A timer signal raises PageTimeout in the main thread as soon as Python runs again: between two calls of
native code, which is where OCR spends its time. Should native code never come back, `faulthandler`'s watchdog, a C
thread that needs no interpreter lock, ends the process; the job is then taken up by another worker.
"""

from __future__ import annotations

import faulthandler
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from services.errors import PageTimeout

#: How long native code may go on past the limit before its process is ended.
GRACE_SECONDS = 10


@contextmanager
def page_time_limit(seconds: int) -> Iterator[None]:
    """Raises PageTimeout in the body once `seconds` have passed. Outside a main thread it does nothing."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def on_alarm(signum, frame):
        raise PageTimeout(f"The page took longer than the limit of {seconds} seconds. {PageTimeout.remedy}")

    previous = signal.signal(signal.SIGALRM, on_alarm)
    faulthandler.dump_traceback_later(seconds + GRACE_SECONDS, exit=True, file=sys.__stderr__)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        faulthandler.cancel_dump_traceback_later()
        signal.signal(signal.SIGALRM, previous)
