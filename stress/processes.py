"""Child processes: free ports, start, wait, stop."""

from __future__ import annotations

import os
import random
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar

from utils.process import tie_to

REPOSITORY = Path(__file__).resolve().parents[1]
#: Below the range from which Linux takes ports for outgoing connections (32768 to 60999).
PORTS = range(20_000, 32_000)
#: A worker finishes its page before it stops.
STOP_SECONDS = 30

T = TypeVar("T")
_reserved_ports: list[socket.socket] = []


def free_port() -> int:
    """A TCP port of 127.0.0.1 that no other caller of this function gets while this process runs.

    The reservation is a bound UDP socket of the same number. So two test processes never choose the same port, however
    long it takes until their servers listen. Outgoing connections cannot take it either: see `PORTS`.
    """
    for port in random.sample(PORTS, len(PORTS)):
        reservation = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        try:
            reservation.bind(("127.0.0.1", port))
            with socket.create_server(("127.0.0.1", port)):
                pass
        except OSError:
            reservation.close()
            continue
        _reserved_ports.append(reservation)
        return port
    raise RuntimeError(f"All ports from {PORTS.start} to {PORTS.stop - 1} are in use.")


def wait_until(
    condition: Callable[[], T | None], seconds: float = 30, what: str | Callable[[], str] = "the condition"
) -> T:
    """The first true value of `condition()`. Raises AssertionError after this many seconds."""
    deadline = time.monotonic() + seconds
    while not (found := condition()):
        if time.monotonic() > deadline:
            raise AssertionError(f"Timed out after {seconds} s waiting for {what() if callable(what) else what}")
        time.sleep(0.05)
    return found


def spawn(command: Sequence[str], log: Path, environment: dict[str, str] | None = None) -> subprocess.Popen[bytes]:
    """Start a program in the repository's folder with its output appended to `log`. It ends with this process."""
    with open(log, "ab") as output:
        return subprocess.Popen(
            command,
            cwd=REPOSITORY,
            env=environment,
            stdout=output,
            stderr=output,
            preexec_fn=tie_to(os.getpid(), signal.SIGKILL),
        )


def stop_all(processes: list[subprocess.Popen[bytes]], signum: int = signal.SIGTERM) -> None:
    """Signal all, then wait for all. Kills what does not end within `STOP_SECONDS` and raises TimeoutExpired."""
    for process in processes:
        process.send_signal(signum)
    deadline = time.monotonic() + STOP_SECONDS
    try:
        for process in processes:
            process.wait(max(0.1, deadline - time.monotonic()))
    finally:
        for process in processes:
            process.kill()
            process.wait()
