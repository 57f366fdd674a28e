"""The file that tells a container's probe whether its worker is alive."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from services.health import liveness_file
from services.health.liveness_file import SILENT_SECONDS, any_worker_alive
from services.health.worker_registry import HEARTBEAT_SECONDS

REPOSITORY = Path(__file__).resolve().parents[4]


@pytest.fixture
def folder(tmp_path, monkeypatch):
    folder = tmp_path / f"ocr-workers-{os.getuid()}"
    monkeypatch.setattr(liveness_file, "folder", lambda: folder)
    return folder


def probe(tmp_path):
    """The exit status of the probe as a container runs it, with `tmp_path` as the temp folder."""
    environment = {"PATH": os.environ["PATH"], "TMPDIR": str(tmp_path)}
    return subprocess.run(
        [sys.executable, "-m", "services.health.liveness_file"], cwd=REPOSITORY, env=environment
    ).returncode


def test_probe_fails_without_a_worker(tmp_path, folder):
    assert not any_worker_alive()
    assert probe(tmp_path) == 1


def test_worker_is_alive_until_it_removes_its_file(tmp_path, folder):
    liveness_file.touch()
    liveness_file.touch()
    assert any_worker_alive()
    assert probe(tmp_path) == 0
    liveness_file.remove()
    assert not any_worker_alive()
    assert probe(tmp_path) == 1


def test_a_planted_link_is_not_followed(tmp_path, folder):
    target = tmp_path / "target"
    folder.mkdir(mode=0o700)
    (folder / str(os.getpid())).symlink_to(target)
    liveness_file.touch()
    assert not target.exists()


def test_a_planted_folder_is_not_used(tmp_path, folder):
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    folder.symlink_to(elsewhere)
    liveness_file.touch()
    assert list(elsewhere.iterdir()) == []
    assert not any_worker_alive()


def test_old_file_means_a_dead_worker_and_is_deleted(folder):
    liveness_file.touch()
    (path,) = folder.iterdir()
    long_ago = time.time() - SILENT_SECONDS - 1
    os.utime(path, (long_ago, long_ago))
    assert not any_worker_alive()
    assert not path.exists()


def test_one_live_worker_among_dead_ones_is_enough(folder):
    liveness_file.touch()
    dead = folder / "1"
    dead.touch()
    os.utime(dead, (0, 0))
    assert any_worker_alive()


def test_several_heartbeats_may_be_missed():
    assert SILENT_SECONDS >= 5 * HEARTBEAT_SECONDS


def test_unwritable_temp_folder_does_not_stop_a_worker(tmp_path, monkeypatch):
    (tmp_path / "file").touch()
    monkeypatch.setattr(liveness_file, "folder", lambda: tmp_path / "file" / "folder")
    liveness_file.touch()
    liveness_file.remove()
