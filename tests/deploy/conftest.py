"""Fixtures for the deployment tests."""

import pytest

from tests.support import deploy_check
from tests.support.nginx import Nginx
from tests.support.vps_machine import Machine


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    """With `make deploy-check`, a test that would be skipped fails with the reason."""
    report = yield
    if deploy_check.requested() and report.skipped and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"make deploy-check skips no test: {report.longrepr[2]}"
    return report


@pytest.fixture
def make_nginx(tmp_path):
    """`make_nginx(*ports, tls=False, **settings)`: a running nginx in front of web servers on these ports."""
    started = []

    def make(*ports, **options):
        started.append(Nginx(tmp_path / f"nginx{len(started)}", *ports, **options))
        return started[-1].start()

    yield make
    for nginx in started:
        nginx.stop()


@pytest.fixture
def machine(tmp_path):
    """A fake machine for deploy-vps.sh."""
    return Machine(tmp_path)
