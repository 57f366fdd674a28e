"""The supervisor with real, tiny processes."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from stress.harness import REPOSITORY, wait_until

#: Writes its pid, its child's pid and the signal that stops it to a file; exits the given seconds after SIGTERM.
PROGRAM = """
import os, signal, subprocess, sys, time
name, folder, stop_seconds = sys.argv[1], sys.argv[2], float(sys.argv[3])
def record(line):
    with open(f"{folder}/events", "a") as events: events.write(f"{name} {line}\\n")
def stop(signum, frame):
    record(f"got {signal.Signals(signum).name}"); time.sleep(stop_seconds); sys.exit(0)
signal.signal(signal.SIGTERM, stop)
sleeper = subprocess.Popen(["sleep", "600"])
record(f"pid {os.getpid()}"); record(f"pid {sleeper.pid}")
open(f"{folder}/{name}.ready", "w").close()
while True: time.sleep(1)
"""

#: A pool like Celery's: the forked child asks to die with its parent.
FORKER = """
import os, signal, sys, time
from utils.process import die_with_parent
if os.fork() == 0: die_with_parent(signal.SIGKILL)
with open(sys.argv[1] + "/events", "a") as events: events.write(f"forker pid {os.getpid()}\\n")
while True: time.sleep(1)
"""


class Run:
    """One supervisor process, and the events that its programs recorded."""

    def __init__(self, folder: Path, *programs: dict, **options: object) -> None:
        self.folder = folder
        self.stderr_file = folder / "stderr"
        with open(self.stderr_file, "w") as stderr:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "tests.support.supervised", json.dumps({"programs": programs, **options})],
                cwd=REPOSITORY,
                stderr=stderr,
                preexec_fn=lambda: signal.signal(signal.SIGHUP, signal.SIG_DFL),  # nohup would leave it ignored
            )

    @property
    def events(self) -> list[str]:
        path = self.folder / "events"
        return path.read_text().splitlines() if path.exists() else []

    @property
    def stderr(self) -> str:
        return self.stderr_file.read_text()

    def pids(self, name: str = "") -> list[int]:
        return [int(line.split()[2]) for line in self.events if line.startswith(name) and " pid " in line]

    def wait_started(self, programs: int) -> None:
        wait_until(lambda: len(self.pids()) >= 2 * programs, 15, f"the start of {programs} programs")

    def stop(self, signum: int = signal.SIGTERM) -> tuple[int, float]:
        """Signal the supervisor. Returns its exit status and the seconds until it ended."""
        started = time.monotonic()
        self.process.send_signal(signum)
        return self.process.wait(20), time.monotonic() - started

    def survivors(self) -> list[int]:
        return [pid for pid in self.pids() if alive(pid)]


def alive(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


@pytest.fixture
def run(tmp_path):
    """`run(program, …)`: starts a supervisor. Everything that is left of it afterwards is killed."""
    runs = []

    def start(*programs: dict, **options: object) -> Run:
        runs.append(Run(tmp_path, *programs, **options))
        return runs[-1]

    yield start
    for started in runs:
        started.process.kill()
        started.process.wait()
        for pid in started.survivors():
            psutil.Process(pid).kill()


@pytest.fixture
def program(tmp_path):
    def describe(name: str, stop_seconds: float = 0, **fields: object) -> dict:
        argv = [sys.executable, "-c", PROGRAM, name, str(tmp_path), str(stop_seconds)]
        return {"name": name, "argv": argv, "ready": str(tmp_path / f"{name}.ready"), **fields}

    return describe


def test_a_program_starts_only_when_the_one_before_it_is_ready(run, program, tmp_path):
    gate = tmp_path / "gate"
    started = run(program("first", ready=str(gate)), program("second"))
    started.wait_started(1)
    time.sleep(0.5)
    assert not started.pids("second")
    gate.touch()
    wait_until(lambda: started.pids("second"), 10, "the start of the second")
    wait_until(lambda: "second is ready" in started.stderr, 10, "readiness of the second")
    assert started.stderr.index("first is ready") < started.stderr.index("second is ready")


def test_a_program_that_is_not_required_delays_no_other(run, program, tmp_path):
    started = run(program("slow", ready=str(tmp_path / "never"), required=False), program("second"))
    wait_until(lambda: "second is ready" in started.stderr, 10, "the start of the second")
    assert "slow is ready" not in started.stderr


def test_a_killed_program_is_restarted_and_its_children_are_killed(run, program):
    started = run(program("worker"))
    started.wait_started(1)
    first, its_child = started.pids()
    wait_until(lambda: "worker is ready" in started.stderr, 10, "readiness")
    psutil.Process(first).kill()
    started.wait_started(2)
    assert started.pids()[2] != first
    assert not alive(its_child)
    assert "worker was killed by signal 9 (Killed); restarting it in 0.5 s" in started.stderr


@pytest.mark.parametrize("signum", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_signal_stops_all_programs_in_reverse_order(run, program, signum):
    started = run(program("redis"), program("worker", stop_seconds=0.3), program("web"))
    started.wait_started(3)
    status, seconds = started.stop(signum)
    assert status == 0 and seconds < 5
    assert [line for line in started.events if "got" in line] == [
        "web got SIGTERM",
        "worker got SIGTERM",
        "redis got SIGTERM",
    ]
    assert not started.survivors()


def test_a_signal_during_the_start_stops_what_has_started(run, program, tmp_path):
    started = run(program("first", ready=str(tmp_path / "never")), program("second"))
    started.wait_started(1)
    assert started.stop()[0] == 0
    assert not started.pids("second") and not started.survivors()


def test_a_program_that_ignores_the_signal_is_killed_after_its_grace(run, program):
    started = run(program("quick"), program("stubborn", stop_seconds=60, grace=1.0))
    started.wait_started(2)
    status, seconds = started.stop()
    assert status == 0 and 1 <= seconds < 5
    assert "stubborn did not stop in time and is killed" in started.stderr
    assert "quick got SIGTERM" in started.events
    assert not started.survivors()


def test_a_repeated_signal_is_ignored_at_once_and_kills_later(run, program):
    started = run(program("slow", stop_seconds=60, grace=8.0))
    started.wait_started(1)
    first_signal = time.monotonic()
    started.process.send_signal(signal.SIGTERM)
    time.sleep(0.2)
    started.process.send_signal(signal.SIGTERM)
    time.sleep(1.8)
    assert started.process.poll() is None
    assert started.stop()[0] == 0
    assert time.monotonic() - first_signal < 7, "before the end of the grace"


def test_a_killed_supervisor_leaves_no_process_behind(run, program, tmp_path):
    forker = {"name": "forker", "argv": [sys.executable, "-c", FORKER, str(tmp_path)]}
    tidy = program("tidy", death_signal="SIGTERM")
    started = run(tidy, forker)
    wait_until(lambda: len(started.pids("forker")) == 2, 15, "the forks")
    started.process.kill()
    leaders = [started.pids("tidy")[0], *started.pids("forker")]
    wait_until(lambda: not any(map(alive, leaders)), 5, "the end of all processes")
    assert "tidy got SIGTERM" in started.events


def test_a_missing_program_is_named(run, program):
    started = run(program("redis"), {"name": "web", "argv": ["/nowhere/web"]})
    assert started.process.wait(15) == 1
    assert "web cannot be started: No such file or directory: /nowhere/web" in started.stderr
    assert not started.survivors()


def test_a_program_that_never_starts_ends_the_run_with_the_reason(run, program):
    broken = {"name": "worker", "argv": ["sh", "-c", "exit 3"], "ready": "/nowhere", "hint": "See worker.log."}
    started = run(program("redis"), broken, start_attempts=2)
    assert started.process.wait(15) == 1
    assert "worker did not start in 2 attempts: it ended with status 3. See worker.log." in started.stderr
    assert not started.survivors()


def test_a_program_that_is_never_ready_counts_as_failed(run, program, tmp_path):
    started = run(program("worker", ready=str(tmp_path / "never"), ready_within=1.0), start_attempts=1)
    assert started.process.wait(15) == 1
    assert "it was not ready within 1 s" in started.stderr
    assert not started.survivors()
