"""What `make` installs from, and what it says where it cannot."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]
LOCKS = [
    REPOSITORY / name for name in ("requirements.txt", *(f"requirements/{n}.txt" for n in ("dev", "paddle", "redis")))
]

PEERS = REPOSITORY / "requirements/peers.txt"  # an environment of its own, with its own list of what is left out


def make(*arguments: str) -> subprocess.CompletedProcess:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("MAKE")}
    return subprocess.run(["make", *arguments], cwd=REPOSITORY, env=environment, capture_output=True, text=True)


def fake_python(folder: Path, script: str) -> Path:
    path = folder / "python"
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    return path


@pytest.mark.parametrize("lock", [*LOCKS, PEERS], ids=lambda path: path.name)
def test_a_lock_pins_each_package_by_version_and_hash_and_names_no_host(lock):
    text = lock.read_text()
    assert "://" not in text and "index-url" not in text and "find-links" not in text
    packages = [entry for entry in re.split(r"\n(?=\S)", text) if not entry.startswith("#")]
    assert packages
    for entry in packages:
        assert re.match(r"[a-z0-9.-]+==\S+", entry) and "--hash=sha256:" in entry, entry


def test_what_is_left_out_is_in_no_lock():
    left_out = set(re.findall(r"^([a-z][a-z0-9-]+)$", (REPOSITORY / "requirements/excludes.txt").read_text(), re.M))
    assert "opencv-contrib-python" in left_out
    locked = {name for lock in LOCKS for name in re.findall(r"^([a-z0-9.-]+)==", lock.read_text(), re.M)}
    assert not left_out & locked


def test_help_tells_of_every_target():
    targets = set(re.search(r"^\.PHONY: (.*)", (REPOSITORY / "Makefile").read_text(), re.M).group(1).split())
    assert set(re.findall(r"^  make ([\w-]+)", make().stdout, re.M)) == targets


def test_a_python_that_is_too_old_is_refused_with_what_to_do(tmp_path):
    pretend = "import sys; sys.version_info = (3, 10, 0); exec(sys.argv[1])"
    python = fake_python(tmp_path, f"exec {sys.executable} -c '{pretend}' \"$2\"")
    answer = make("install", f"PYTHON={python}", f"VENV={tmp_path}/venv")
    assert answer.returncode != 0 and "Python 3.11 or newer is needed" in answer.stderr
    assert not (tmp_path / "venv").exists()


def test_a_python_without_venv_is_refused_with_the_package_to_install(tmp_path):
    python = fake_python(tmp_path, 'case "$2" in *ensurepip*) exit 1;; esac')
    answer = make("install", f"PYTHON={python}", f"VENV={tmp_path}/venv")
    assert answer.returncode != 0 and "apt install python3-venv" in answer.stderr
    assert not (tmp_path / "venv").exists()


@pytest.fixture
def site(tmp_path):
    """A site-packages folder with nothing but the headless OpenCV's metadata."""
    info = tmp_path / "opencv_contrib_python_headless-4.10.0.84.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: opencv-contrib-python-headless\nVersion: 4.10.0.84\n")
    return tmp_path


def test_the_headless_opencv_passes_for_the_one_that_is_asked_for(site):
    def run(*arguments: str) -> str:
        command = [sys.executable, "-S", *arguments]
        return subprocess.run(
            command, env={"PYTHONPATH": str(site)}, check=True, capture_output=True, text=True
        ).stdout.strip()

    for _ in range(2):  # once more does no harm
        run(str(REPOSITORY / "requirements/opencv_marker.py"))
        ask = "from importlib.metadata import version; print(version('opencv-contrib-python'))"
        assert run("-c", ask) == "4.10.0.84"
    assert len(list(site.glob("opencv_contrib_python-*"))) == 1
