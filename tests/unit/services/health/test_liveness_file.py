"""The sign of life by which a container's probe knows its worker."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from services.health.liveness_file import SILENT_SECONDS, LivenessFile, beating
from services.health.worker_registry import BEAT_SECONDS

REPOSITORY = Path(__file__).resolve().parents[4]


@pytest.fixture
def folder(tmp_path):
    return tmp_path / f"ocr-workers-{os.getuid()}"


def probe(tmp_path):
    """The exit status of the probe as a container runs it, its temp folder being `tmp_path`."""
    environment = {"PATH": os.environ["PATH"], "TMPDIR": str(tmp_path)}
    return subprocess.run(
        [sys.executable, "-m", "services.health.liveness_file"], cwd=REPOSITORY, env=environment
    ).returncode


def test_no_worker_no_pulse(tmp_path, folder):
    assert not beating(folder)
    assert probe(tmp_path) == 1


def test_a_worker_that_beats_is_alive_until_it_ends(tmp_path, folder):
    pulse = LivenessFile(folder)
    pulse.beat()
    pulse.beat()
    assert beating(folder)
    assert probe(tmp_path) == 0
    pulse.end()
    assert not beating(folder)
    assert probe(tmp_path) == 1


def test_a_worker_that_fell_silent_is_dead_and_its_file_goes(folder):
    LivenessFile(folder).beat()
    (path,) = folder.iterdir()
    long_ago = time.time() - SILENT_SECONDS - 1
    os.utime(path, (long_ago, long_ago))
    assert not beating(folder)
    assert not path.exists()


def test_one_living_worker_among_dead_ones_is_enough(folder):
    LivenessFile(folder).beat()
    dead = folder / "1"
    dead.touch()
    os.utime(dead, (0, 0))
    assert beating(folder)


def test_several_beats_may_be_missed():
    assert SILENT_SECONDS >= 5 * BEAT_SECONDS


def test_a_temp_folder_that_takes_no_file_does_not_stop_a_worker(tmp_path):
    (tmp_path / "file").touch()
    pulse = LivenessFile(tmp_path / "file" / "folder")
    pulse.beat()
    pulse.end()
