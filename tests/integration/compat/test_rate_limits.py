"""Requests that send files count against the rate limit, in the form of each interface."""

import pytest

from app import create_app
from config import Settings
from tests.integration.compat.conftest import ALICE
from tests.integration.compat.test_textract import call


@pytest.fixture
def limited_app(redis_server, redis, tmp_path, monkeypatch):
    settings = {"OCR_RUNTIME": "null", "API_KEYS": f"alice:{ALICE}", "REDIS_URL": redis_server.url}
    settings |= {"RATE_LIMIT_REQUESTS": "2", "RATE_LIMIT_WINDOW": "hour", "LOG_LEVEL": "ERROR"}
    for name, value in {**settings, "DATA_DIR": tmp_path}.items():
        monkeypatch.setenv(name, str(value))
    return create_app(Settings.from_env(tmp_path / "no.env"))


def test_signed_requests_count_and_forged_ones_do_not(limited_app):
    codes = [call(limited_app, "alice", secret).json["code"] for secret in ("wrong", "wrong", ALICE, ALICE, ALICE)]
    assert codes == ["invalid_signature"] * 2 + ["unsupported_type"] * 2 + ["rate_limited"]
    assert call(limited_app, "alice", ALICE).json["__type"] == "ThrottlingException"


def test_files_count_and_states_do_not(limited_app):
    http, headers = limited_app.test_client(), {"X-API-Key": ALICE}

    def send(method, path):
        return http.open(path, method=method, headers=headers, data=b"hello").status_code

    states = ["/paddleocr/status/x", "/images/x", "/api/v1/ocr/result/x", "/tika/version"]
    assert [send("GET", path) for path in states * 2] == [404, 404, 404, 200] * 2
    assert [send("PUT", "/tika"), send("PUT", "/rmeta/text"), send("PUT", "/tika")] == [422, 422, 429]
    assert [send("POST", path) for path in ("/ocrspace/parse/image", "/images", "/paddleocr/predict")] == [429] * 3
