"""The programs of `python app.py` get only the secrets that they need."""

import pytest

from config import WEB_SECRETS, Settings
from embedded.service import _programs


@pytest.fixture
def programs(tmp_path, monkeypatch):
    for name in WEB_SECRETS:
        monkeypatch.setenv(name, "0123456789abcdef" if name != "API_KEYS" else "client:0123456789abcdef")
    monkeypatch.setenv("DATA_DIR", str(tmp_path))
    monkeypatch.setenv("REDIS_URL", "redis://localhost")
    settings = Settings.from_env(tmp_path / "no.env")
    environment = dict.fromkeys(WEB_SECRETS, "secret")
    return {program.name: program for program in _programs(settings, environment, tmp_path, "http://localhost", None)}


def test_the_worker_gets_no_secret_of_the_web_server(programs):
    assert {programs["worker"].env[name] for name in WEB_SECRETS} == {""}
    assert {programs["web"].env[name] for name in WEB_SECRETS} == {"secret"}


def test_the_worker_reads_no_secret_of_the_web_server_from_a_file(programs, tmp_path, monkeypatch):
    (tmp_path / ".env").write_text("ADMIN_TOKEN=0123456789abcdef0123\nAPI_KEYS=client:0123456789abcdef\n")
    for name in WEB_SECRETS:
        monkeypatch.setenv(name, programs["worker"].env[name])
    settings = Settings.from_env(tmp_path / ".env")
    assert (settings.admin_token, settings.api_keys, settings.upload_events_token) == ("", {}, "")
