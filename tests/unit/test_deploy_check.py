"""`make deploy-check` names what a machine lacks and skips no test."""

import pytest

from tests.support import deploy_check

CONFTEST = "from tests.deploy.conftest import pytest_runtest_makereport\n"
TESTS = """\
import pytest
from tests.support import deploy_check

def test_heavy():
    deploy_check.require("kubectl")

def test_skipped():
    pytest.skip("no nginx here")
"""


@pytest.fixture
def no_programs(monkeypatch, tmp_path):
    """A machine on which none of the programs is installed."""
    monkeypatch.setattr(deploy_check, "SYSTEM_PATH", "")
    monkeypatch.setenv("PATH", str(tmp_path))


@pytest.fixture
def run_tests(no_programs, monkeypatch, pytester):
    """`run_tests(asked_for=...)`: the result of a pytest run over two tests that cannot run here."""
    pytester.makeconftest(CONFTEST)
    pytester.makepyfile(TESTS)

    def run(asked_for):
        monkeypatch.setenv("OCR_DEPLOY_CHECK", "1" if asked_for else "")
        return pytester.runpytest_inprocess("-q", "-rs", "-p", "no:cacheprovider")

    return run


def test_missing_programs_are_named_with_their_source(no_programs, capsys):
    assert deploy_check.main() == 1
    output = capsys.readouterr().err
    assert "buildah (apt install buildah)" in output and "Docker Compose" in output


def test_heavy_test_is_skipped_by_make_test(run_tests):
    result = run_tests(asked_for=False)
    result.assert_outcomes(skipped=2)
    assert "`make deploy-check` runs it" in result.stdout.str()


def test_nothing_is_skipped_by_make_deploy_check(run_tests):
    result = run_tests(asked_for=True)
    result.assert_outcomes(failed=2)
    output = result.stdout.str()
    assert "This machine lacks: kubectl" in output
    assert "make deploy-check skips no test: Skipped: no nginx here" in output


def test_source_of_every_program_is_known():
    assert set(deploy_check.IMAGE + deploy_check.VPS) <= set(deploy_check.PROGRAMS)
