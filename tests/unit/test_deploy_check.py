"""`make deploy-check` says what a machine lacks, and leaves nothing out in silence."""

import os
import subprocess
import sys

from stress.harness import REPOSITORY
from tests.support import deploy_check


def test_a_machine_that_lacks_programs_is_told_which_and_where_to_have_them(tmp_path):
    command = [sys.executable, "-m", "tests.support.deploy_check"]
    environment = {**os.environ, "PATH": str(tmp_path)}
    told = subprocess.run(command, cwd=REPOSITORY, env=environment, capture_output=True, text=True, timeout=60)
    assert told.returncode == 1
    assert "buildah (apt install buildah)" in told.stderr and "Docker Compose" in told.stderr


def test_a_heavy_test_is_skipped_in_make_test_and_fails_where_it_is_asked_for_and_cannot_run(tmp_path):
    (tmp_path / "conftest.py").write_text("from tests.deploy.conftest import pytest_runtest_makereport\n")
    (tmp_path / "test_one.py").write_text(
        "import pytest\nfrom tests.support import deploy_check\n\n"
        "def test_heavy():\n    deploy_check.require('kubectl')\n\n"
        "def test_left_out():\n    pytest.skip('no nginx here')\n"
    )

    def outcome(**variables: str) -> str:
        command = [sys.executable, "-m", "pytest", "-q", "-rs", "-p", "no:cacheprovider", "--rootdir", str(tmp_path)]
        environment = {**os.environ, "PATH": str(tmp_path), "PYTHONPATH": str(REPOSITORY), **variables}
        environment = {name: value for name, value in environment.items() if value}
        done = subprocess.run(
            [*command, str(tmp_path)], cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=60
        )
        return done.stdout

    usual = outcome(OCR_DEPLOY_CHECK="")
    assert "2 skipped" in usual and "`make deploy-check` runs it" in usual
    asked = outcome(OCR_DEPLOY_CHECK="1")
    assert "2 failed" in asked
    assert "This machine lacks: kubectl" in asked and "leaves nothing out: Skipped: no nginx here" in asked


def test_every_program_comes_with_where_to_have_it():
    assert set(deploy_check.IMAGE + deploy_check.VPS) <= set(deploy_check.PROGRAMS)
