"""A web application with keys and without workers, to test what happens before a job is processed."""

import pytest

from app import create_app
from config import Settings

ALICE = "alice-has-a-key-of-many-characters"


@pytest.fixture(scope="module")
def keyed_app(redis_server, tmp_path_factory):
    settings = {"OCR_RUNTIME": "null", "API_KEYS": f"alice:{ALICE}", "REDIS_URL": redis_server.url}
    settings |= {
        "TRUSTED_PROXIES": "127.0.0.1",
        "REGISTRATION": "open",
        "RATE_LIMIT_ENABLED": "false",
        "LOG_LEVEL": "ERROR",
    }
    folder = tmp_path_factory.mktemp("keyed")
    with pytest.MonkeyPatch.context() as monkeypatch:
        for name, value in {**settings, "DATA_DIR": folder}.items():
            monkeypatch.setenv(name, str(value))
        return create_app(Settings.from_env(folder / "no.env"))
