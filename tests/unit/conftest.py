"""The web application alone: no Redis runs, and services that a test does not replace are missing."""

from types import SimpleNamespace

import pytest

from app import create_app
from config import Settings


@pytest.fixture
def make_settings(monkeypatch, tmp_path):
    """`make_settings(NAME=value, …)`: default settings, except for these and for a Redis that is not reachable."""

    def make(**environment):
        for name, value in {"DATA_DIR": tmp_path, "REDIS_URL": "redis://127.0.0.1:1/0", **environment}.items():
            monkeypatch.setenv(name, str(value))
        return Settings.from_env(tmp_path / "no.env")

    return make


@pytest.fixture
def make_app(make_settings):
    """`make_app(services, NAME=value, …)`: the application over the test's own services."""

    def make(services=None, **environment):
        return create_app(make_settings(**environment), services or SimpleNamespace())

    return make


@pytest.fixture
def app_without_redis(make_settings):
    """The application with default settings over the real services."""
    return create_app(make_settings())
