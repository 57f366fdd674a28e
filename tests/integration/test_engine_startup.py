"""How the engine starts: fast, offline, wherever it may write, several at once, and from the command line."""

import json
import os
import subprocess
import sys

import pytest

from tests.support.drawing import picture
from tests.support.engine import REPOSITORY, in_its_own_process

READ = """
import time; started = time.monotonic()
from paddleocr_service import OCREngine
engine = OCREngine()
found["runtime"] = engine.warm_up().runtime
found["seconds"] = time.monotonic() - started
"""


def test_it_is_ready_within_ten_seconds_of_its_process():
    assert in_its_own_process(READ)["seconds"] < 10


def test_no_connection_is_opened_to_anywhere():
    guard = """
import socket
def refuse(*args, **kwargs):
    raise AssertionError(f"a connection was opened: {args}")
socket.socket.connect = socket.socket.connect_ex = socket.getaddrinfo = refuse
"""
    assert in_its_own_process(guard + READ)["runtime"]


def test_a_home_that_cannot_be_written_does_no_harm(tmp_path):
    (tmp_path / "home").write_text("not a folder")
    temp = tmp_path / "tmp"
    temp.mkdir()
    in_its_own_process(READ, HOME=str(tmp_path / "home"), TMPDIR=str(temp))
    assert (temp / f"paddleocr_service-{os.getuid()}").is_dir()


def test_two_processes_may_make_the_model_folders_at_once(tmp_path):
    environment = {**os.environ, "HOME": str(tmp_path)}
    both = [
        subprocess.Popen([sys.executable, "-c", "found = {}" + READ], cwd=REPOSITORY, env=environment) for _ in range(2)
    ]
    assert [process.wait(60) for process in both] == [0, 0]
    made = [path.name for path in (tmp_path / ".cache" / "paddleocr_service").iterdir() if "PP-OCR" in path.name]
    assert len(made) == 5, "the detector, two recognisers, and each recogniser cut to its alphabet"


def test_paddlex_does_not_chatter():
    assert in_its_own_process(READ)["stderr"] == ""


def command(*arguments: str, **environment: str) -> subprocess.CompletedProcess:
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


def test_the_command_line_prints_the_text(receipt):
    done = command(receipt)
    assert (done.returncode, done.stdout.split(), done.stderr) == (0, ["Coffee", "3.20", "Cake", "4.10"], "")


def test_the_command_line_prints_json(receipt):
    found = json.loads(command(receipt, "--json", "--words", "--lang", "german").stdout)
    assert [line["text"] for line in found["lines"]] == ["Coffee 3.20", "Cake 4.10"]
    assert [word["text"] for word in found["lines"][0]["words"]] == ["Coffee", "3.20"]
    assert len(found["lines"][0]["bbox"]) == 4 and found["lang"] == "de"


@pytest.mark.timeout(60)
def test_installing_without_a_model_hub_fails_in_a_sentence_and_soon(tmp_path):
    nowhere = dict.fromkeys(("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"), "http://127.0.0.1:9")
    done = command("install", "korean_PP-OCRv5_mobile_rec", **nowhere, PADDLE_PDX_CACHE_HOME=str(tmp_path))
    assert done.returncode == 1
    assert "no model hub could be reached" in done.stderr and done.stderr.count("\n") == 1
    assert "OCR_MODEL_DIR/korean_PP-OCRv5_mobile_rec" in done.stderr
