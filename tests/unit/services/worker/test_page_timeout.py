"""The time limit of a page: Python code is interrupted, and native code that hangs ends its process."""

import subprocess
import sys
import textwrap
import threading
import time

import pytest

from services.errors import PageTimeout
from services.worker import page_timeout
from services.worker.page_timeout import PutAside, page_time_limit


def test_page_over_its_limit_is_interrupted():
    started = time.monotonic()
    with pytest.raises(PageTimeout), page_time_limit(1):
        while True:
            time.sleep(0.01)
    assert time.monotonic() - started < 5


def test_page_is_put_aside_as_soon_as_others_wait(monkeypatch):
    monkeypatch.setattr(page_timeout, "ASK_AFTER", 0.1)
    monkeypatch.setattr(page_timeout, "ASK_EVERY", 0.1)
    asked = []
    with pytest.raises(PutAside), page_time_limit(5, lambda seconds: asked.append(seconds) or len(asked) == 3):
        time.sleep(3)
    assert asked == sorted(asked) and 0.2 < asked[-1] < 2


def test_page_within_its_limit_is_not_interrupted():
    with page_time_limit(1):
        pass
    time.sleep(1.2)


def test_hanging_native_code_ends_the_process():
    script = textwrap.dedent("""
        import collections, itertools
        from services.worker import page_timeout
        page_timeout.GRACE_SECONDS = 1
        with page_timeout.page_time_limit(1):
            collections.deque(itertools.repeat(0), maxlen=0)  # holds the interpreter lock and looks at no signal
    """)
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=30)
    assert run.returncode == 1
    assert run.stderr.startswith("Timeout (0:00:02)!"), "faulthandler's message, not PageTimeout"


def test_no_limit_and_no_error_outside_the_main_thread():
    passed = threading.Event()

    def work():
        with page_time_limit(1):
            passed.set()

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert passed.is_set()
