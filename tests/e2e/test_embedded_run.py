"""`python app.py`: one command, everything on one machine, as a person runs it."""

import os
import shlex
import signal
import subprocess
import sys
import time

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
        with open(self.folder / "terminal", "wb") as terminal:
            self.process = subprocess.Popen(
                [sys.executable, "app.py"], cwd=REPOSITORY, env=self.environment, stdout=terminal, stderr=terminal
            )
        return self

    def terminal(self):
        return (self.folder / "terminal").read_text()

    def wait_ready(self):
        wait_until(lambda: "The model is ready" in self.terminal(), 60, "the model")

    def family(self):
        return psutil.Process(self.process.pid).children(recursive=True)

    def end(self, how):
        """Signal it; returns the seconds until nothing of it was left."""
        family = self.family()
        asked = time.monotonic()
        self.process.send_signal(how)
        self.process.wait(20)
        _, alive = psutil.wait_procs(family, timeout=10)
        assert not alive, f"left running: {[process.cmdline() for process in alive]}"
        return time.monotonic() - asked


@pytest.fixture
def embedded(tmp_path):
    run = EmbeddedRun(tmp_path)
    yield run
    if run.process and run.process.poll() is None:
        run.end(signal.SIGTERM)


def test_it_tells_where_it_listens_when_it_is_ready_and_how_to_try_it(embedded):
    embedded.start().wait_ready()
    terminal = embedded.terminal()
    assert f"Listening on {embedded.url}" in terminal
    command = next(line.strip() for line in terminal.splitlines() if line.strip().startswith("curl "))
    answer = subprocess.run(shlex.split(command), capture_output=True, text=True, check=True, timeout=60)
    assert "Sourdough" in answer.stdout and "26.73" in answer.stdout


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_all_of_it_within_ten_seconds(embedded, how):
    embedded.start().wait_ready()
    job = requests.post(embedded.url + "/ocr/pdf", files={"file": scanned_pdf(*["Busy page"] * 40)}, timeout=10)
    assert job.status_code == 202
    assert embedded.end(how) < 10
    assert embedded.process.returncode == 0


def test_a_killed_parent_leaves_no_child_behind(embedded):
    embedded.start().wait_ready()
    embedded.end(signal.SIGKILL)


def test_a_job_accepted_before_a_restart_is_finished_after_it(embedded):
    embedded.start()
    wait_until(lambda: "Listening on" in embedded.terminal(), 30, "the web server")
    job = requests.post(embedded.url + "/ocr/image", files={"file": picture("Survivor")}, timeout=10).json()
    embedded.end(signal.SIGKILL)
    embedded.start().wait_ready()
    path = embedded.url + job["links"]["result"]
    result = wait_until(lambda: (got := requests.get(path, timeout=5)).status_code == 200 and got.json(), 60)
    assert result["text"] == "Survivor"


def test_the_first_job_is_served_within_ten_seconds_of_the_start(embedded):
    """No benchmark: it holds that nothing on the way to the first answer takes as long as a download or a time-out."""
    embedded.start()
    wait_until(lambda: "Listening on" in embedded.terminal(), 30, "the web server")
    answer = requests.post(embedded.url + "/ocr/predict", files={"file": picture("First")}, timeout=40)
    assert answer.json()["text"] == "First"
    assert time.monotonic() - embedded.started < 30


def test_an_idle_web_process_is_small(embedded):
    embedded.start().wait_ready()
    web = [process for process in embedded.family() if "gunicorn" in " ".join(process.cmdline())]
    assert len(web) >= 2
    assert all(process.memory_info().rss < 120 * 2**20 for process in web)


def test_with_redis_url_set_that_redis_is_used_and_none_is_started(embedded, tmp_path):
    redis = RedisServer(tmp_path / "redis")
    redis.start()
    try:
        embedded.environment["REDIS_URL"] = redis.url
        embedded.start().wait_ready()
        commands = [" ".join(process.cmdline()) for process in embedded.family()]
        assert not [command for command in commands if "redis-server" in command]
        answer = requests.post(embedded.url + "/ocr/predict", files={"file": picture("Elsewhere")}, timeout=30)
        assert answer.json()["text"] == "Elsewhere"
        embedded.end(signal.SIGTERM)
    finally:
        redis.stop()


def test_a_second_run_on_the_same_data_is_refused(embedded, tmp_path):
    embedded.start().wait_ready()
    environment = {**embedded.environment, "PORT": str(free_port())}
    second = subprocess.run(
        [sys.executable, "app.py"], cwd=REPOSITORY, env=environment, capture_output=True, text=True, timeout=30
    )
    assert second.returncode == 1
    assert "is in use by another run" in second.stderr


def test_all_faults_of_the_settings_are_told_together_at_the_start(embedded):
    faulty = {"PORT": "0", "OCR_WORKERS": "many", "FLASK_ENV": "production", "SECRET_KEY": "change-me"}
    run = subprocess.run(
        [sys.executable, "app.py"],
        cwd=REPOSITORY,
        env={**embedded.environment, **faulty},
        capture_output=True,
        text=True,
        timeout=30,
    )
    assert run.returncode == 1
    assert "PORT" in run.stderr and "OCR_WORKERS" in run.stderr and "Traceback" not in run.stderr
