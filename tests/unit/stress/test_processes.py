"""Child processes of tests: ports, waiting, stopping."""

import signal
import socket
import subprocess
import sys

import pytest

from stress import processes
from stress.processes import PORTS, free_port, spawn, stop_all, wait_until

STUBBORN = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('up', flush=True); time.sleep(60)"


def test_free_ports_are_never_handed_out_twice(monkeypatch):
    monkeypatch.setattr(processes, "PORTS", PORTS[:40])
    ports = [free_port() for _ in range(20)]
    assert len(set(ports)) == 20
    script = "from stress import processes; processes.PORTS = processes.PORTS[:40]; print(processes.free_port())"
    other = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert int(other.stdout) in set(PORTS[:40]) - set(ports), "another process sees the reservations"


def test_port_in_use_is_not_free(monkeypatch):
    with socket.create_server(("127.0.0.1", free_port())) as server:
        port = server.getsockname()[1]
        monkeypatch.setattr(processes, "PORTS", range(port, port + 1))
        with pytest.raises(RuntimeError, match="in use"):
            free_port()


def test_wait_returns_the_first_true_value():
    values = iter([None, "", "found"])
    assert wait_until(lambda: next(values), 5) == "found"


def test_wait_that_times_out_describes_what_it_waited_for():
    with pytest.raises(AssertionError, match="Timed out after 0 s waiting for the server: broken pipe"):
        wait_until(lambda: False, 0, lambda: "the server: broken pipe")


def test_process_that_ignores_the_signal_is_killed(tmp_path, monkeypatch):
    monkeypatch.setattr(processes, "STOP_SECONDS", 0.2)
    stubborn = spawn([sys.executable, "-c", STUBBORN], tmp_path / "log")
    quick = spawn(["sleep", "60"], tmp_path / "log")
    wait_until((tmp_path / "log").read_text, 10)
    with pytest.raises(subprocess.TimeoutExpired):
        stop_all([stubborn, quick])
    assert (stubborn.returncode, quick.returncode) == (-signal.SIGKILL, -signal.SIGTERM)
