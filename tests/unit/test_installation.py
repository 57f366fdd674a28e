"""The lock files, and the error messages of `make install`."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]
REQUIREMENTS = REPOSITORY / "requirements"
LOCKS = [REQUIREMENTS / f"{name}.txt" for name in ("run", "dev", "paddle", "flower", "redis")]
PEERS = REQUIREMENTS / "peers.txt"  # a separate environment, with its own list of excluded packages


def make(*arguments: str) -> subprocess.CompletedProcess:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("MAKE")}
    return subprocess.run(["make", *arguments], cwd=REPOSITORY, env=environment, capture_output=True, text=True)


def fake_python(folder: Path, script: str) -> Path:
    path = folder / "python"
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    return path


@pytest.mark.parametrize("lock", [*LOCKS, PEERS], ids=lambda path: path.name)
def test_a_lock_file_has_versions_and_hashes_and_no_index_address(lock):
    text = lock.read_text()
    assert "://" not in text
    packages = [entry for entry in re.split(r"\n(?=\S)", text) if not entry.startswith("#")]
    assert packages
    for entry in packages:
        assert re.match(r"[a-z0-9.-]+==\S+", entry) and "--hash=sha256:" in entry, entry


def locked(lock: Path) -> dict[str, str]:
    """{package: version}"""
    return dict(re.findall(r"^([a-z0-9.-]+)==(\S+)", lock.read_text(), re.M))


def test_excluded_packages_are_in_no_lock_file():
    excluded = set(re.findall(r"^([a-z][a-z0-9-]+)$", (REQUIREMENTS / "excludes.txt").read_text(), re.M))
    assert "opencv-contrib-python" in excluded
    assert not excluded & {name for lock in LOCKS for name in locked(lock)}


@pytest.mark.parametrize("name", ["dev", "paddle", "flower"])
def test_lock_files_for_one_environment_agree(name):
    run, other = locked(REQUIREMENTS / "run.txt"), locked(REQUIREMENTS / f"{name}.txt")
    assert {package: run[package] for package in run.keys() & other} == {p: other[p] for p in run.keys() & other}


def test_every_input_file_is_locked_with_its_packages():
    for file in REQUIREMENTS.glob("*.in"):
        wanted = set(re.findall(r"^([a-z][a-z0-9-]*)", file.read_text(), re.M))
        assert wanted and wanted <= locked(file.with_suffix(".txt")).keys(), file.name


def test_help_lists_every_target():
    phony = re.findall(r"^\.PHONY: (.*)", (REPOSITORY / "Makefile").read_text(), re.M)
    assert set(re.findall(r"^  make ([\w-]+)", make().stdout, re.M)) == set(" ".join(phony).split())


def test_a_python_that_is_too_old_is_rejected(tmp_path):
    old_version = "import sys; sys.version_info = (3, 10, 0); exec(sys.argv[1])"
    python = fake_python(tmp_path, f"exec {sys.executable} -c '{old_version}' \"$2\"")
    done = make("install", f"PYTHON={python}", f"VENV={tmp_path}/venv")
    assert done.returncode != 0 and "Python 3.11 or newer is needed" in done.stderr
    assert not (tmp_path / "venv").exists()


def test_a_python_without_venv_is_rejected_with_the_package_to_install(tmp_path):
    python = fake_python(tmp_path, 'case "$2" in *ensurepip*) exit 1;; esac')
    done = make("install", f"PYTHON={python}", f"VENV={tmp_path}/venv")
    assert done.returncode != 0 and "apt install python3-venv" in done.stderr
    assert not (tmp_path / "venv").exists()


@pytest.fixture
def site(tmp_path):
    """A site-packages folder that contains only the metadata of the headless OpenCV."""
    info = tmp_path / "opencv_contrib_python_headless-4.10.0.84.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: opencv-contrib-python-headless\nVersion: 4.10.0.84\n")
    return tmp_path


def test_the_headless_opencv_satisfies_the_check_for_the_full_one(site):
    def run(*arguments: str) -> str:
        command = [sys.executable, "-S", *arguments]
        return subprocess.run(
            command, env={"PYTHONPATH": str(site)}, check=True, capture_output=True, text=True
        ).stdout.strip()

    for _ in range(2):  # it is safe to repeat
        run(str(REQUIREMENTS / "opencv_marker.py"))
        script = "from importlib.metadata import version; print(version('opencv-contrib-python'))"
        assert run("-c", script) == "4.10.0.84"
    assert len(list(site.glob("opencv_contrib_python-*"))) == 1
