"""Real programs, each started once per test process and shared by many tests."""

import time
from types import SimpleNamespace

import pytest

from config import Settings
from services.redis_service import RedisService
from services.uploads import arrivals
from services.uploads import service as upload_service
from stress.harness import RedisServer, ServiceProcesses
from tests.support.jobs import Work
from tests.support.s3 import S3Server
from tests.support.upload_scene import UploadScene

# Failed assertions in these modules show the compared values, as in test modules.
pytest.register_assert_rewrite(
    *(
        f"tests.support.job_{name}"
        for name in ("checks", "client_rules", "machine", "steps", "time_rules", "worker_rules")
    )
)


@pytest.fixture(scope="session")
def redis_server(tmp_path_factory):
    server = RedisServer(tmp_path_factory.mktemp("redis"))
    server.start()
    yield server
    server.stop()


@pytest.fixture
def redis(redis_server):
    """The service's own client of an empty Redis."""
    service = RedisService(redis_server.url, socket_seconds=20)  # a busy machine may pause Redis for a second
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


@pytest.fixture(params=["file", "s3"])
def scene(request, redis_server, redis, tmp_path, monkeypatch):
    """The services for announced uploads, once with each storage."""
    environment = {"REDIS_URL": redis_server.url, "DATA_DIR": tmp_path, "OCR_RUNTIME": "null", "UPLOAD_TTL": "60"}
    if request.param == "s3":
        server = request.getfixturevalue("s3_server")
        server.clear()
        environment.update(server.settings)
    for name, value in environment.items():
        monkeypatch.setenv(name, str(value))
    return UploadScene(Settings.from_env(tmp_path / "no.env"))


@pytest.fixture
def expire(monkeypatch):
    """`expire()`: moves the clock of the upload services beyond the expiry of all announced uploads."""
    later = SimpleNamespace(time=lambda: time.time() + 61)

    def move_clock():
        for module in (arrivals, upload_service):
            monkeypatch.setattr(module, "time", later)

    return move_clock
