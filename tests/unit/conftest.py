"""An application without any process beside it: what a test does not replace is not reached."""

from types import SimpleNamespace

import pytest

from app import create_app
from config import Settings


@pytest.fixture
def make_app(monkeypatch, tmp_path):
    """`make_app(services, NAME=value, …)`: an application over replaced services; no Redis answers at its address."""

    def make(services=None, **environment):
        values = {
            "DATA_DIR": tmp_path,
            "REDIS_URL": "redis://127.0.0.1:1/0",
            "RATE_LIMIT_ENABLED": "false",
            **environment,
        }
        for name, value in values.items():
            monkeypatch.setenv(name, str(value))
        return create_app(Settings.from_env(tmp_path / "no.env"), services or SimpleNamespace())

    return make
