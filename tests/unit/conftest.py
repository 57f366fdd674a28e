"""The web application alone: no Redis runs, and services that a test does not replace are missing."""

from types import SimpleNamespace

import pytest

from app import create_app
from config import Settings


def default_settings(monkeypatch, folder, **environment):
    """Default settings, except for `environment` and for a Redis that is not reachable."""
    for name, value in {"DATA_DIR": folder, "REDIS_URL": "redis://127.0.0.1:1/0", **environment}.items():
        monkeypatch.setenv(name, str(value))
    return Settings.from_env(folder / "no.env")


@pytest.fixture
def accepting_jobs():
    """A job service that has room for every request. It cannot store a job."""
    return SimpleNamespace(ensure_accepting=lambda slot: None, check_options=lambda options: None)


@pytest.fixture
def make_app(monkeypatch, tmp_path):
    """`make_app(services, NAME=value, …)`: the application over the test's own services."""

    def make(services=None, **environment):
        return create_app(default_settings(monkeypatch, tmp_path, **environment), services or SimpleNamespace())

    return make


@pytest.fixture(scope="session")
def make_shared_app(tmp_path_factory):
    """Like `make_app`, for an application that many tests use. Without `services`, it builds the real ones."""

    def make(services=None, **environment):
        with pytest.MonkeyPatch.context() as monkeypatch:
            settings = default_settings(monkeypatch, tmp_path_factory.mktemp("data"), **environment)
            return create_app(settings, services)

    return make


@pytest.fixture(scope="session")
def app_without_redis(make_shared_app):
    """The application with default settings over the real services."""
    return make_shared_app()
