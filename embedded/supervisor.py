"""A small supervisor: several programs run as one, and end as one.

They start in order, are started again when they die, and are stopped in reverse order on SIGINT, SIGTERM or SIGHUP.
Each leads a session of its own: Ctrl-C in a terminal reaches the supervisor alone, and what a program started is killed
with it. A supervisor that is itself killed takes all of them along (Linux).
"""

from __future__ import annotations

import contextlib
import os
import select
import signal
import sys
import time
from collections.abc import Callable, Iterator, Sequence

from embedded.program import Program, SupervisedProcess

STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
#: The children's graces together may not take longer, in seconds: all is over within 10.
STOP_WITHIN = 9.0
#: A signal this many seconds after the first is a person who has waited enough; sooner, the same one by two ways.
PATIENCE = 1.0
#: How often readiness is asked for while something is starting, in seconds.
READY_EVERY = 0.1


class GaveUp(Exception):
    """A child could not be brought up; the message says which, how it ended and where to look."""


class Supervisor:
    """Runs `children` until a signal stops it or one of them cannot be brought up. For the main thread only.

    `report` gets a line for a person whenever something goes wrong; `on_ready(name, seconds)` is called each time a
    child is ready, with the seconds that took.
    """

    def __init__(
        self,
        children: Sequence[Program],
        *,
        report: Callable[[str], None] | None = None,
        on_ready: Callable[[str, float], None] | None = None,
        start_attempts: int = 5,
    ) -> None:
        if sum(child.grace for child in children) > STOP_WITHIN:
            raise ValueError(f"the children's graces are more than {STOP_WITHIN:g} s together")
        self._children = [SupervisedProcess(child) for child in children]
        self._report = report or _to_stderr
        self._on_ready = on_ready or (lambda name, seconds: None)
        self._start_attempts = start_attempts
        self._stop_since: float | None = None
        self._hurry = False

    def run(self) -> int:
        """Blocks. Returns the exit status: 0 when a signal ended it, 1 when a child could not be brought up."""
        with self._listening() as wake:
            try:
                while self._stop_since is None:
                    self._advance()
                    _sleep(wake, self._pause())
                return 0
            except GaveUp as failure:
                self._report(str(failure))
                return 1
            finally:
                self._stop_all(wake)

    def _advance(self) -> None:
        """One look at each child: start it, see that it is ready, or pick up its end."""
        for child in self._children:
            if child.running:
                self._look_at(child)
            elif child.due:
                self._start(child)
            if child.spec.needed and not child.was_ready:
                return  # what comes after it has never been started either

    def _start(self, child: SupervisedProcess) -> None:
        try:
            child.start()
        except OSError as error:
            raise GaveUp(f"{child.spec.name} cannot be started: {error.strerror}: {child.spec.argv[0]}") from error

    def _look_at(self, child: SupervisedProcess) -> None:
        if child.ended:
            self._failed(child, child.reap())
        elif not child.is_ready and child.ask_ready():
            self._on_ready(child.spec.name, child.age)
        elif child.overdue:
            child.kill()
            self._failed(child, f"was not ready within {child.spec.ready_within:g} s")

    def _failed(self, child: SupervisedProcess, how: str) -> None:
        name, delay = child.spec.name, child.plan_restart()
        if not child.was_ready and child.failures >= self._start_attempts:
            raise GaveUp(
                f"{name} could not be brought up in {child.failures} tries: it {how}. {child.spec.hint}".rstrip()
            )
        self._report(f"{name} {how}; starting it again in {delay:g} s")

    def _pause(self) -> float | None:
        """Seconds until there is something to do that no signal announces; None when only a signal can bring it."""
        waits = [READY_EVERY for child in self._children if child.running and not child.is_ready]
        waits += [child.seconds_to_restart for child in self._children if child.failures and not child.running]
        return min(waits, default=None)

    def _stop_all(self, wake: int) -> None:
        """In reverse order, each with its own grace; a later signal kills what is left."""
        for child in reversed(self._children):
            if not child.running:
                continue
            child.ask_to_stop()
            until = time.monotonic() + child.spec.grace
            while not child.ended and time.monotonic() < until and not self._hurry:
                _sleep(wake, min(READY_EVERY, max(0.0, until - time.monotonic())))
            if not child.ended:
                self._report(f"{child.spec.name} did not stop in time and is killed")
            child.kill()

    @contextlib.contextmanager
    def _listening(self) -> Iterator[int]:
        """A signal is noted and makes the yielded pipe readable; the former handlers come back afterwards."""
        readable, writable = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)

        def heard(signum: int, _frame) -> None:
            if signum == signal.SIGCHLD:
                return  # waking up is all
            now = time.monotonic()
            self._stop_since = self._stop_since or now
            self._hurry = now - self._stop_since > PATIENCE

        # A SIGHUP that is ignored (nohup) stays ignored.
        watched = [s for s in STOP_SIGNALS if s != signal.SIGHUP or signal.getsignal(s) != signal.SIG_IGN]
        former = {signum: signal.signal(signum, heard) for signum in (*watched, signal.SIGCHLD)}
        former_wakeup = signal.set_wakeup_fd(writable, warn_on_full_buffer=False)
        try:
            yield readable
        finally:
            signal.set_wakeup_fd(former_wakeup)
            for signum, handler in former.items():
                signal.signal(signum, handler)
            os.close(readable)
            os.close(writable)


def _sleep(wake: int, seconds: float | None) -> None:
    """Until a signal comes or `seconds` have passed."""
    select.select([wake], [], [], seconds)
    with contextlib.suppress(BlockingIOError):
        os.read(wake, 4096)


def _to_stderr(line: str) -> None:
    sys.stderr.write(line + "\n")
    sys.stderr.flush()
