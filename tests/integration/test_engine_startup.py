"""Startup of the engine: fast, offline, with read-only folders, in concurrent processes, on the command line."""

import json
import os
import subprocess
import sys

import pytest

from tests.support.drawing import picture
from tests.support.engine import REPOSITORY, run_in_subprocess

WARM_UP = """
import time; started = time.monotonic()
from paddleocr_service import OCREngine
engine = OCREngine()
found["runtime"] = engine.warm_up().runtime
found["seconds"] = time.monotonic() - started
"""


def test_engine_is_ready_within_ten_seconds():
    assert run_in_subprocess(WARM_UP)["seconds"] < 10


def test_engine_opens_no_connection():
    guard = """
import socket
def fail(*args, **kwargs):
    raise AssertionError(f"a connection was opened: {args}")
socket.socket.connect = socket.socket.connect_ex = socket.getaddrinfo = fail
"""
    assert run_in_subprocess(guard + WARM_UP)["runtime"]


def test_engine_starts_without_a_writable_home(tmp_path):
    (tmp_path / "home").write_text("not a folder")
    temp = tmp_path / "tmp"
    temp.mkdir()
    run_in_subprocess(WARM_UP, HOME=str(tmp_path / "home"), TMPDIR=str(temp))
    assert (temp / f"paddleocr_service-{os.getuid()}").is_dir()


def test_concurrent_processes_create_each_model_folder_once(tmp_path):
    environment = {**os.environ, "HOME": str(tmp_path)}
    command = [sys.executable, "-c", "found = {}" + WARM_UP]
    processes = [subprocess.Popen(command, cwd=REPOSITORY, env=environment) for _ in range(2)]
    assert [process.wait(60) for process in processes] == [0, 0]
    folders = [path.name for path in (tmp_path / ".cache" / "paddleocr_service").iterdir() if "PP-OCR" in path.name]
    assert len(folders) == 5, "the detector, two recognisers, and both recognisers pruned to an alphabet"


def test_paddlex_prints_nothing():
    assert run_in_subprocess(WARM_UP)["stderr"] == ""


def run_command(*arguments: str, **environment: str) -> subprocess.CompletedProcess:
    return subprocess.run(
        [sys.executable, "-m", "paddleocr_service", *arguments],
        cwd=REPOSITORY,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=60,
    )


@pytest.fixture
def receipt(tmp_path):
    (tmp_path / "receipt.png").write_bytes(picture("Coffee 3.20", "Cake 4.10"))
    return str(tmp_path / "receipt.png")


def test_command_line_prints_the_text(receipt):
    done = run_command(receipt)
    assert (done.returncode, done.stdout.split(), done.stderr) == (0, ["Coffee", "3.20", "Cake", "4.10"], "")


def test_command_line_prints_json(receipt):
    page = json.loads(run_command(receipt, "--json", "--words", "--lang", "german").stdout)
    assert [line["text"] for line in page["lines"]] == ["Coffee 3.20", "Cake 4.10"]
    assert [word["text"] for word in page["lines"][0]["words"]] == ["Coffee", "3.20"]
    assert len(page["lines"][0]["bbox"]) == 4 and page["lang"] == "de"


@pytest.mark.timeout(60)
def test_install_without_a_model_hub_fails_fast_with_one_line(tmp_path):
    dead_proxy = dict.fromkeys(("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"), "http://127.0.0.1:9")
    done = run_command("install", "korean_PP-OCRv5_mobile_rec", **dead_proxy, PADDLE_PDX_CACHE_HOME=str(tmp_path))
    assert done.returncode == 1
    assert "no model hub could be reached" in done.stderr and done.stderr.count("\n") == 1
    assert "OCR_MODEL_DIR/korean_PP-OCRv5_mobile_rec" in done.stderr
