"""Real services, started once for many tests."""

import pytest

from services.redis_service import RedisService
from stress.harness import RedisServer, Service
from tests.support.jobs import Work
from tests.support.s3 import S3Server

pytest.register_assert_rewrite(
    "tests.support.job_machine", "tests.support.job_checks"
)  # so that its asserts tell what was there instead


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
    """The whole service over the bundled model."""
    running = Service(tmp_path_factory.mktemp("service"))
    try:
        yield running.start()
    finally:
        running.stop()


@pytest.fixture(scope="session")
def s3_server():
    server = S3Server()
    try:
        yield server.start()
    finally:
        server.stop()
