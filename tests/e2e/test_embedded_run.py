"""`python app.py`: one command that runs everything on one machine."""

import os
import shlex
import signal
import subprocess
import sys
import time
from contextlib import contextmanager

import psutil
import pytest
import requests

from stress.harness import REPOSITORY, RedisServer, free_port, wait_until
from tests.support.drawing import picture, scanned_pdf


class EmbeddedRun:
    def __init__(self, folder):
        self.folder = folder
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        own = {"PORT": str(self.port), "DATA_DIR": str(folder / "data"), "REDIS_URL": "", "LOG_FORMAT": "json"}
        self.environment = {**os.environ, **own, "RATE_LIMIT_ENABLED": "false"}
        self.started = 0.0
        self.process = None

    def start(self):
        self.started = time.monotonic()
        with open(self.folder / "output", "wb") as output:
            self.process = subprocess.Popen(
                [sys.executable, "app.py"], cwd=REPOSITORY, env=self.environment, stdout=output, stderr=output
            )
        return self

    def output(self):
        return (self.folder / "output").read_text()

    def wait_listening(self):
        wait_until(lambda: "Listening on" in self.output(), 30, "the web server")

    def wait_ready(self):
        wait_until(lambda: "The model is ready" in self.output(), 60, "the model")

    def children(self):
        return psutil.Process(self.process.pid).children(recursive=True)

    def stop(self, signum):
        """Signal it. Returns the seconds until all its processes have ended."""
        children = self.children()
        signalled = time.monotonic()
        self.process.send_signal(signum)
        self.process.wait(20)
        _, alive = psutil.wait_procs(children, timeout=10)
        assert not alive, f"still running: {[process.cmdline() for process in alive]}"
        return time.monotonic() - signalled


@contextmanager
def embedded_run(folder):
    run = EmbeddedRun(folder)
    yield run
    if run.process and run.process.poll() is None:
        run.stop(signal.SIGTERM)


@pytest.fixture
def embedded(tmp_path):
    """A run of the test's own, not yet started."""
    with embedded_run(tmp_path) as run:
        yield run


@pytest.fixture(scope="module")
def running(tmp_path_factory):
    """A run that is ready. Tests share it and change nothing."""
    with embedded_run(tmp_path_factory.mktemp("running")) as run:
        run.start().wait_ready()
        yield run


def run_app(environment):
    """Run `python app.py` to its end."""
    return subprocess.run(
        [sys.executable, "app.py"], cwd=REPOSITORY, env=environment, capture_output=True, text=True, timeout=30
    )


def test_an_idle_web_process_is_small(running):
    web = [process for process in running.children() if "gunicorn" in " ".join(process.cmdline())]
    assert len(web) >= 2
    assert all(process.memory_info().rss < 120 * 2**20 for process in web)


def test_other_users_cannot_read_its_data(running):
    data = running.folder / "data"
    assert data.stat().st_mode & 0o077 == 0
    assert all(path.lstat().st_mode & 0o077 == 0 for path in data.rglob("*"))


def test_it_prints_its_address_and_a_command_to_try(running):
    output = running.output()
    assert f"Listening on {running.url}" in output
    command = next(line.strip() for line in output.splitlines() if line.strip().startswith("curl "))
    answer = subprocess.run(shlex.split(command), capture_output=True, text=True, check=True, timeout=60)
    assert "Sourdough" in answer.stdout and "26.73" in answer.stdout


def test_a_second_run_on_the_same_data_is_rejected(running):
    second = run_app({**running.environment, "PORT": str(free_port())})
    assert second.returncode == 1
    assert "is in use by another run" in second.stderr


@pytest.mark.parametrize("signum", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_stops_all_processes_within_ten_seconds(embedded, signum):
    embedded.start().wait_ready()
    job = requests.post(embedded.url + "/ocr/pdf", files={"file": scanned_pdf(*["Busy page"] * 40)}, timeout=10)
    assert job.status_code == 202
    assert embedded.stop(signum) < 10
    assert embedded.process.returncode == 0


def test_a_killed_parent_leaves_no_process_behind(embedded):
    embedded.start().wait_ready()
    embedded.stop(signal.SIGKILL)


def test_a_job_accepted_before_a_restart_is_finished_after_it(embedded):
    embedded.start().wait_listening()
    job = requests.post(embedded.url + "/ocr/image", files={"file": picture("Survivor")}, timeout=10).json()
    embedded.stop(signal.SIGKILL)
    embedded.start().wait_ready()
    path = embedded.url + job["links"]["result"]
    result = wait_until(lambda: (got := requests.get(path, timeout=5)).status_code == 200 and got.json(), 60)
    assert result["text"] == "Survivor"


def test_the_first_job_is_answered_within_thirty_seconds_of_the_start(embedded):
    """Not a benchmark: it shows that the first answer needs no download and hits no timeout."""
    embedded.start().wait_listening()
    answer = requests.post(embedded.url + "/ocr/predict", files={"file": picture("First")}, timeout=40)
    assert answer.json()["text"] == "First"
    assert time.monotonic() - embedded.started < 30


def test_with_redis_url_it_uses_that_redis_and_starts_none(embedded, tmp_path):
    redis = RedisServer(tmp_path / "redis")
    redis.start()
    try:
        embedded.environment["REDIS_URL"] = redis.url
        embedded.start().wait_ready()
        commands = [" ".join(process.cmdline()) for process in embedded.children()]
        assert not [command for command in commands if "redis-server" in command]
        answer = requests.post(embedded.url + "/ocr/predict", files={"file": picture("Elsewhere")}, timeout=30)
        assert answer.json()["text"] == "Elsewhere"
        embedded.stop(signal.SIGTERM)
    finally:
        redis.stop()


def test_all_faults_of_the_settings_are_reported_together(embedded):
    faulty = {"PORT": "0", "OCR_WORKERS": "many", "FLASK_ENV": "production", "SECRET_KEY": "change-me"}
    run = run_app({**embedded.environment, **faulty})
    assert run.returncode == 1
    assert all(name in run.stderr for name in ("PORT", "OCR_WORKERS", "SECRET_KEY")) and "Traceback" not in run.stderr
