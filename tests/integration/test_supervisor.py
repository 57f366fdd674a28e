"""The supervisor over real, tiny processes."""

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

#: Notes its number, its own child's number and the signal that ends it; takes the time it is told to end.
PROGRAM = """
import os, signal, subprocess, sys, time
name, folder, ends_after = sys.argv[1], sys.argv[2], float(sys.argv[3])
def note(line):
    with open(f"{folder}/notes", "a") as notes: notes.write(f"{name} {line}\\n")
def end(signum, frame):
    note(f"got {signal.Signals(signum).name}"); time.sleep(ends_after); sys.exit(0)
signal.signal(signal.SIGTERM, end)
sleeper = subprocess.Popen(["sleep", "600"])
note(f"pid {os.getpid()}"); note(f"pid {sleeper.pid}")
open(f"{folder}/{name}.ready", "w").close()
while True: time.sleep(1)
"""

#: A pool like Celery's: a forked child that asks to end with its parent.
FORKER = """
import os, signal, sys, time
from utils.process import die_with_parent
if os.fork() == 0: die_with_parent(signal.SIGKILL)
with open(sys.argv[1] + "/notes", "a") as notes: notes.write(f"forker pid {os.getpid()}\\n")
while True: time.sleep(1)
"""


class Run:
    """One supervisor process and what its children noted down."""

    def __init__(self, folder: Path, *children: dict, **options: object) -> None:
        self.folder = folder
        self.errors = folder / "stderr"
        with open(self.errors, "w") as errors:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "tests.support.supervised", json.dumps({"children": children, **options})],
                cwd=REPOSITORY,
                stderr=errors,
                preexec_fn=lambda: signal.signal(signal.SIGHUP, signal.SIG_DFL),  # nohup leaves it ignored
            )

    @property
    def notes(self) -> list[str]:
        path = self.folder / "notes"
        return path.read_text().splitlines() if path.exists() else []

    @property
    def said(self) -> str:
        return self.errors.read_text()

    def pids(self, name: str = "") -> list[int]:
        return [int(line.split()[2]) for line in self.notes if line.startswith(name) and " pid " in line]

    def await_started(self, programs: int) -> None:
        wait_until(lambda: len(self.pids()) >= 2 * programs, 15, f"the start of {programs} programs")

    def end(self, signum: int = signal.SIGTERM) -> tuple[int, float]:
        """Signals the supervisor; returns its exit status and the seconds that it took."""
        begun = time.monotonic()
        self.process.send_signal(signum)
        return self.process.wait(20), time.monotonic() - begun


def alive(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


@pytest.fixture
def run(tmp_path):
    """Starts a supervisor over the children given; whatever is left of it afterwards is killed."""
    runs = []

    def start(*children: dict, **options: object) -> Run:
        runs.append(Run(tmp_path, *children, **options))
        return runs[-1]

    yield start
    for started in runs:
        started.process.kill()
        started.process.wait()
        for pid in filter(alive, started.pids()):
            psutil.Process(pid).kill()


@pytest.fixture
def program(tmp_path):
    def describe(name: str, ends_after: float = 0, **fields: object) -> dict:
        argv = [sys.executable, "-c", PROGRAM, name, str(tmp_path), str(ends_after)]
        return {"name": name, "argv": argv, "ready": str(tmp_path / f"{name}.ready"), **fields}

    return describe


def test_a_child_starts_only_when_the_one_before_it_is_ready(run, program, tmp_path):
    gate = tmp_path / "gate"
    started = run(program("first", ready=str(gate)), program("second"))
    started.await_started(1)
    time.sleep(0.5)
    assert not started.pids("second")
    gate.touch()
    wait_until(lambda: started.pids("second"), 10, "the start of the second")
    wait_until(lambda: "second is ready" in started.said, 10, "the news of the second")
    assert started.said.index("first is ready") < started.said.index("second is ready")


def test_a_child_that_nobody_needs_holds_nobody_up(run, program, tmp_path):
    started = run(program("slow", ready=str(tmp_path / "never"), needed=False), program("second"))
    wait_until(lambda: "second is ready" in started.said, 10, "the start of the second")
    assert "slow is ready" not in started.said


def test_a_child_that_was_killed_is_started_again_and_what_it_had_started_is_gone(run, program):
    started = run(program("worker"))
    started.await_started(1)
    first, its_child = started.pids()
    wait_until(lambda: "worker is ready" in started.said, 10, "readiness")
    psutil.Process(first).kill()
    started.await_started(2)
    assert started.pids()[2] != first
    assert not alive(its_child)
    assert "worker was killed by signal 9 (Killed); starting it again in 0.5 s" in started.said


@pytest.mark.parametrize("signum", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_signal_ends_all_in_reverse_order_and_leaves_nothing(run, program, signum):
    started = run(program("redis"), program("worker", ends_after=0.3), program("web"))
    started.await_started(3)
    status, seconds = started.end(signum)
    assert status == 0 and seconds < 5
    assert [line for line in started.notes if "got" in line] == [
        "web got SIGTERM",
        "worker got SIGTERM",
        "redis got SIGTERM",
    ]
    assert not [pid for pid in started.pids() if alive(pid)]


def test_a_signal_in_the_middle_of_the_start_ends_what_has_started(run, program, tmp_path):
    started = run(program("first", ready=str(tmp_path / "never")), program("second"))
    started.await_started(1)
    assert started.end()[0] == 0
    assert not started.pids("second") and not [pid for pid in started.pids() if alive(pid)]


def test_a_child_that_takes_no_notice_is_killed_after_its_grace_with_what_it_started(run, program):
    started = run(program("quick"), program("stubborn", ends_after=60, grace=1.0))
    started.await_started(2)
    status, seconds = started.end()
    assert status == 0 and 1 <= seconds < 5
    assert "stubborn did not stop in time and is killed" in started.said
    assert "quick got SIGTERM" in started.notes
    assert not [pid for pid in started.pids() if alive(pid)]


def test_the_same_signal_by_two_ways_at_once_is_one_signal_and_a_later_one_means_now(run, program):
    started = run(program("slow", ends_after=60, grace=8.0))
    started.await_started(1)
    begun = time.monotonic()
    started.process.send_signal(signal.SIGTERM)
    time.sleep(0.2)
    started.process.send_signal(signal.SIGTERM)
    time.sleep(1.3)
    assert started.process.poll() is None
    assert started.end()[0] == 0
    assert time.monotonic() - begun < 4


def test_a_supervisor_that_is_killed_leaves_no_child_behind(run, program, tmp_path):
    forker = {"name": "forker", "argv": [sys.executable, "-c", FORKER, str(tmp_path)]}
    tidy = program("tidy", death_signal="SIGTERM")
    started = run(tidy, forker)
    wait_until(lambda: len(started.pids("forker")) == 2, 15, "the forks")
    started.process.kill()
    leaders = [started.pids("tidy")[0], *started.pids("forker")]
    wait_until(lambda: not any(map(alive, leaders)), 5, "the end of every child")
    assert "tidy got SIGTERM" in started.notes


def test_a_program_that_is_not_there_is_named(run, program):
    started = run(program("redis"), {"name": "web", "argv": ["/nowhere/web"]})
    assert started.process.wait(15) == 1
    assert "web cannot be started: No such file or directory: /nowhere/web" in started.said
    assert not [pid for pid in started.pids() if alive(pid)]


def test_a_child_that_never_comes_up_ends_the_run_with_the_reason_and_where_to_look(run, program):
    broken = {"name": "worker", "argv": ["sh", "-c", "exit 3"], "ready": "/nowhere", "hint": "See worker.log."}
    started = run(program("redis"), broken, start_attempts=2)
    assert started.process.wait(15) == 1
    assert "worker could not be brought up in 2 tries: it ended with status 3. See worker.log." in started.said
    assert not [pid for pid in started.pids() if alive(pid)]


def test_a_child_that_runs_but_is_never_ready_counts_as_failed(run, program, tmp_path):
    started = run(program("worker", ready=str(tmp_path / "never"), ready_within=1.0), start_attempts=1)
    assert started.process.wait(15) == 1
    assert "it was not ready within 1 s" in started.said
    assert not [pid for pid in started.pids() if alive(pid)]
