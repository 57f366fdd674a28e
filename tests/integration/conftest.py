"""Real programs, each started once per test process and shared by many tests."""

import pytest

from services.redis_service import RedisService
from stress.harness import RedisServer, ServiceProcesses
from tests.support.jobs import Work
from tests.support.s3 import S3Server

# Failed assertions in these modules show the compared values, as in test modules.
pytest.register_assert_rewrite("tests.support.job_machine", "tests.support.job_checks")


@pytest.fixture(scope="session")
def redis_server(tmp_path_factory):
    server = RedisServer(tmp_path_factory.mktemp("redis"))
    server.start()
    yield server
    server.stop()


@pytest.fixture
def redis(redis_server):
    """The service's own client of an empty Redis."""
    service = RedisService(redis_server.url)
    service.client.flushdb()
    return service


@pytest.fixture
def work(redis):
    return Work(redis)


@pytest.fixture(scope="session")
def service(tmp_path_factory):
    """The whole service with the bundled model."""
    with ServiceProcesses(tmp_path_factory.mktemp("service")) as running:
        yield running


@pytest.fixture(scope="session")
def s3_server():
    server = S3Server()
    try:
        yield server.start()
    finally:
        server.stop()
