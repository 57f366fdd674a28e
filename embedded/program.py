"""A program under the supervisor, and the process that runs it."""

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from utils.process import tie_to

#: Seconds before the first restart, and the most before a later one.
FIRST_DELAY, MAX_DELAY = 0.5, 10.0
#: A process that ran for this many seconds was healthy: its next failure counts as the first.
HEALTHY_AFTER = 60.0


@dataclass(frozen=True)
class Program:
    """A program to run. Times are seconds. `env` is the whole environment; None: that of the supervisor."""

    name: str
    argv: Sequence[str]
    env: Mapping[str, str] | None = None
    cwd: Path | None = None
    #: Polled after the start, so it must return quickly. None: ready as soon as it runs.
    ready: Callable[[], bool] | None = None
    ready_within: float = 60.0
    #: The programs after this one start only when it is ready.
    required: bool = True
    stop_signal: signal.Signals = signal.SIGTERM
    #: Time between the stop signal and the kill.
    grace: float = 3.0
    #: Sent by the kernel when the supervisor dies.
    death_signal: signal.Signals = signal.SIGKILL
    #: File descriptors to inherit, such as a lock that it must hold while it runs.
    pass_fds: tuple[int, ...] = ()
    #: Shown when it cannot be started: where to look, what to do.
    hint: str = ""


class SupervisedProcess:
    """Runs one `Program`, and runs it again after a failure."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.is_ready = self.was_ready = False
        self.failures = 0
        self._process: subprocess.Popen[bytes] | None = None
        self._started = self._restart_at = 0.0

    @property
    def running(self) -> bool:
        """Started and not yet reaped."""
        return self._process is not None

    @property
    def ended(self) -> bool:
        """Whether the process has ended. It is not reaped, so that its process id is not reused before `kill`."""
        return os.waitid(os.P_PID, self._running().pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None

    @property
    def seconds_to_restart(self) -> float:
        return max(0.0, self._restart_at - time.monotonic())

    @property
    def age(self) -> float:
        return time.monotonic() - self._started

    def start(self) -> None:
        """Raises OSError if the program cannot be run."""
        self._started = time.monotonic()
        self._process = subprocess.Popen(
            self.program.argv,
            env=self.program.env,
            cwd=self.program.cwd,
            stdin=subprocess.DEVNULL,
            start_new_session=True,
            pass_fds=self.program.pass_fds,
            preexec_fn=tie_to(os.getpid(), self.program.death_signal),
        )

    def check_ready(self) -> bool:
        self.is_ready = self.program.ready is None or self.program.ready()
        self.was_ready = self.was_ready or self.is_ready
        return self.is_ready

    def request_stop(self) -> None:
        os.kill(self._running().pid, self.program.stop_signal)

    def kill(self) -> str:
        """Kill the process and everything that it started. Returns how it ended, for a message."""
        process = self._running()
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        self._process, self.is_ready = None, False
        status = process.wait()
        if status < 0:
            return f"was killed by signal {-status} ({signal.strsignal(-status)})"
        return f"ended with status {status}"

    def schedule_restart(self) -> float:
        """Count a failure. Returns the seconds until the restart, which double with each failure up to a limit."""
        self.failures = 1 if self.age > HEALTHY_AFTER else self.failures + 1
        delay = min(MAX_DELAY, FIRST_DELAY * 2.0 ** (self.failures - 1))
        self._restart_at = time.monotonic() + delay
        return delay

    def _running(self) -> subprocess.Popen[bytes]:
        assert self._process is not None, "not running"
        return self._process
