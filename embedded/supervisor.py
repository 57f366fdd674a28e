"""A small supervisor that runs several programs as one.

It starts the programs in order, restarts them when they die, and stops them in reverse order on SIGINT, SIGTERM or
SIGHUP. Each program leads its own session: Ctrl-C in a terminal reaches only the supervisor, and a program is killed
together with the processes it started. If the supervisor itself is killed, the kernel kills the programs (Linux).
"""

import contextlib
import os
import select
import signal
import time
from collections.abc import Callable, Iterator, Sequence
from types import FrameType

from embedded.program import Program, SupervisedProcess

STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
#: Limit in seconds for the sum of all graces, so that a stop takes less than 10 s.
MAX_TOTAL_GRACE = 9.0
#: A stop signal this many seconds after the first one kills the programs at once. An earlier one is taken for the same
#: signal, delivered twice.
SECOND_SIGNAL_AFTER = 1.0
#: Seconds between two checks of a program that is starting or stopping.
POLL_INTERVAL = 0.1


class StartFailed(Exception):
    """A program could not be started. The message names it, how it ended and where to look."""


class Supervisor:
    """Runs `programs` until a signal arrives or one of them cannot be started. For the main thread only.

    report(line): called when something goes wrong, with a line for a person. on_ready(name, seconds): called each time
    a program becomes ready, with the seconds it took.
    """

    def __init__(
        self,
        programs: Sequence[Program],
        *,
        report: Callable[[str], None],
        on_ready: Callable[[str, float], None],
        start_attempts: int = 5,
    ) -> None:
        if sum(program.grace for program in programs) > MAX_TOTAL_GRACE:
            raise ValueError(f"the graces of all programs exceed {MAX_TOTAL_GRACE:g} s")
        self._processes = [SupervisedProcess(program) for program in programs]
        self._report = report
        self._on_ready = on_ready
        self._start_attempts = start_attempts
        self._stop_since: float | None = None
        self._kill_now = False

    def run(self) -> int:
        """Block until the end. Returns the exit status: 0 after a signal, 1 if a program could not be started."""
        with self._signal_handlers() as wakeup:
            try:
                while self._stop_since is None:
                    self._check_all()
                    _sleep(wakeup, self._seconds_to_next_check())
                return 0
            except StartFailed as failure:
                self._report(str(failure))
                return 1
            finally:
                self._stop_all(wakeup)

    def _check_all(self) -> None:
        """Check each process once: start it, notice that it is ready, or handle its end."""
        for process in self._processes:
            if process.running:
                self._check(process)
            elif not process.seconds_to_restart:
                self._start(process)
            if process.program.required and not process.was_ready:
                return  # the programs after it have not been started yet

    def _start(self, process: SupervisedProcess) -> None:
        try:
            process.start()
        except OSError as error:
            program = process.program
            raise StartFailed(f"{program.name} cannot be started: {error.strerror}: {program.argv[0]}") from error

    def _check(self, process: SupervisedProcess) -> None:
        if process.ended:
            self._handle_failure(process, process.kill())  # also kills the processes that it left behind
        elif not process.is_ready and process.check_ready():
            self._on_ready(process.program.name, process.age)
        elif not process.is_ready and process.age > process.program.ready_within:
            process.kill()
            self._handle_failure(process, f"was not ready within {process.program.ready_within:g} s")

    def _handle_failure(self, process: SupervisedProcess, how: str) -> None:
        name, delay = process.program.name, process.schedule_restart()
        if not process.was_ready and process.failures >= self._start_attempts:
            hint = process.program.hint
            raise StartFailed(f"{name} did not start in {process.failures} attempts: it {how}. {hint}".rstrip())
        self._report(f"{name} {how}; restarting it in {delay:g} s")

    def _seconds_to_next_check(self) -> float | None:
        """Seconds until something may happen that no signal announces. None: wait for a signal."""
        waits = [POLL_INTERVAL for process in self._processes if process.running and not process.is_ready]
        waits += [p.seconds_to_restart for p in self._processes if p.failures and not p.running]
        return min(waits, default=None)

    def _stop_all(self, wakeup: int) -> None:
        """Stop the programs in reverse order, each within its own grace. A second signal kills those that are left."""
        for process in reversed(self._processes):
            if not process.running:
                continue
            process.request_stop()
            deadline = time.monotonic() + process.program.grace
            while not process.ended and time.monotonic() < deadline and not self._kill_now:
                _sleep(wakeup, min(POLL_INTERVAL, max(0.0, deadline - time.monotonic())))
            if not process.ended:
                self._report(f"{process.program.name} did not stop in time and is killed")
            process.kill()

    @contextlib.contextmanager
    def _signal_handlers(self) -> Iterator[int]:
        """Record stop signals. Every signal makes the yielded pipe readable. At the end, restore the old handlers."""
        readable, writable = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)

        def handle(signum: int, _frame: FrameType | None) -> None:
            if signum == signal.SIGCHLD:
                return  # it only has to wake the loop
            now = time.monotonic()
            self._stop_since = self._stop_since or now
            self._kill_now = now - self._stop_since > SECOND_SIGNAL_AFTER

        # nohup: a SIGHUP that was ignored stays ignored.
        handled = [s for s in STOP_SIGNALS if s != signal.SIGHUP or signal.getsignal(s) != signal.SIG_IGN]
        previous = {signum: signal.signal(signum, handle) for signum in (*handled, signal.SIGCHLD)}
        previous_wakeup = signal.set_wakeup_fd(writable, warn_on_full_buffer=False)
        try:
            yield readable
        finally:
            signal.set_wakeup_fd(previous_wakeup)
            for signum, handler in previous.items():
                signal.signal(signum, handler)
            os.close(readable)
            os.close(writable)


def _sleep(wakeup: int, seconds: float | None) -> None:
    """Sleep until a signal arrives or `seconds` have passed."""
    select.select([wakeup], [], [], seconds)
    with contextlib.suppress(BlockingIOError):
        os.read(wakeup, 4096)
