"""One program under the supervisor: what is to be run, and the process that runs it."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from utils.process import has_ended, kill_group, tie_to

FIRST_DELAY, LONGEST_DELAY = 0.5, 10.0
#: A child that lived this long, in seconds, was well: its next failure counts as the first one.
STEADY = 60.0


@dataclass(frozen=True)
class Program:
    """A program to run. Times are seconds; `env` is the whole environment, None the supervisor's own."""

    name: str
    argv: Sequence[str]
    env: Mapping[str, str] | None = None
    cwd: Path | None = None
    #: Asked again and again after the start, answers at once; None: ready as soon as it runs.
    ready: Callable[[], bool] | None = None
    ready_within: float = 60.0
    #: The children after this one are started only when it is ready.
    needed: bool = True
    stop_signal: signal.Signals = signal.SIGTERM
    #: From the signal to stop until it is killed.
    grace: float = 3.0
    #: What it gets from the kernel when the supervisor is killed.
    death_signal: signal.Signals = signal.SIGKILL
    #: Open files that it inherits, such as a lock to be held as long as it lives.
    pass_fds: tuple[int, ...] = ()
    #: Said when it cannot be brought up: where to look, what to do.
    hint: str = ""


class SupervisedProcess:
    """The process of one `Program`, one after another where it has to be started again."""

    def __init__(self, spec: Program) -> None:
        self.spec = spec
        self.is_ready = self.was_ready = False
        self.failures = 0
        self._process: subprocess.Popen | None = None
        self._started = self._restart_at = 0.0

    @property
    def running(self) -> bool:
        """Started and not yet reaped."""
        return self._process is not None

    @property
    def ended(self) -> bool:
        return has_ended(self._process.pid)

    @property
    def due(self) -> bool:
        return time.monotonic() >= self._restart_at

    @property
    def seconds_to_restart(self) -> float:
        return max(0.0, self._restart_at - time.monotonic())

    @property
    def age(self) -> float:
        return time.monotonic() - self._started

    @property
    def overdue(self) -> bool:
        return not self.is_ready and self.age > self.spec.ready_within

    def start(self) -> None:
        """Raises OSError where the program cannot be run."""
        self._started = time.monotonic()
        self._process = subprocess.Popen(
            self.spec.argv,
            env=self.spec.env,
            cwd=self.spec.cwd,
            stdin=subprocess.DEVNULL,
            start_new_session=True,
            pass_fds=self.spec.pass_fds,
            preexec_fn=tie_to(os.getpid(), self.spec.death_signal),
        )

    def ask_ready(self) -> bool:
        self.is_ready = self.spec.ready is None or self.spec.ready()
        self.was_ready = self.was_ready or self.is_ready
        return self.is_ready

    def ask_to_stop(self) -> None:
        os.kill(self._process.pid, self.spec.stop_signal)

    def kill(self) -> None:
        """End it and all that it started, now."""
        kill_group(self._process.pid)
        self._process.wait()
        self._process, self.is_ready = None, False

    def reap(self) -> str:
        """After it has ended: kill what it left behind; returns how it ended, in words."""
        process = self._process
        self.kill()
        if process.returncode < 0:
            return f"was killed by signal {-process.returncode} ({signal.strsignal(-process.returncode)})"
        return f"ended with status {process.returncode}"

    def plan_restart(self) -> float:
        """Count a failure; returns the seconds until it is started again: twice as long each time, up to a bound."""
        self.failures = 1 if self.age > STEADY else self.failures + 1
        delay = min(LONGEST_DELAY, FIRST_DELAY * 2 ** (self.failures - 1))
        self._restart_at = time.monotonic() + delay
        return delay
