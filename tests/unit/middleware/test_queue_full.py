"""Requests that the server found no room for are rejected before their body is read."""

from types import SimpleNamespace

import pytest

from server.hooks import EXTENSION
from services.jobs import admission
from services.jobs.admission import Admission, Slot
from utils import environ_keys


@pytest.fixture
def service(make_app):
    """An application whose queue is full; `counted` has the rejections that were counted."""
    counted = []
    client = SimpleNamespace(hincrby=lambda key, field, by: counted.append((field, by)))
    redis = SimpleNamespace(guard=lambda: _context(client), script=None)
    checks = Admission(redis, longest_wait=10)
    jobs = SimpleNamespace(ensure_accepting=checks.check)
    app = make_app(SimpleNamespace(admission=checks, jobs=jobs), CORS_ORIGINS="https://example.org")
    return SimpleNamespace(app=app, counted=counted)


class _context:
    def __init__(self, client):
        self._client = client

    def __enter__(self):
        return self._client

    def __exit__(self, *_):
        return False


def post(service, path, slot, **headers):
    return service.app.test_client().post(
        path, headers={"X-Request-ID": "r", **headers}, environ_overrides={environ_keys.SLOT: slot}
    )


def test_every_path_that_creates_work_rejects_and_counts(service, monkeypatch):
    monkeypatch.setattr(admission, "REPORT_SECONDS", 0)
    paths = sorted(service.app.extensions[EXTENSION].creating_paths)
    assert len(paths) == 4
    for path in paths:
        response = post(service, path, Slot("full", 6.2))
        assert (response.status_code, response.headers["Retry-After"]) == (503, "7")
        assert response.content_type == "application/problem+json"
        body = response.json
        assert (body["code"], body["status"], body["retry_after"]) == ("queue_full", 503, 7)
        assert body["request_id"] == response.headers["X-Request-ID"] == "r"
    assert service.counted == [("refused:queue_full", 1)] * 4


def test_a_page_of_another_origin_can_read_the_rejection(service):
    usual = post(service, "/ocr/image", Slot("full", 6.2))
    page = post(service, "/ocr/image", Slot("full", 6.2), Origin="https://example.org")
    assert page.json == usual.json
    assert page.headers["Access-Control-Allow-Origin"] == "https://example.org"


def test_an_unknown_path_is_not_found_and_not_counted(service):
    assert post(service, "/ocr/imagery", Slot("full", 6.2)).status_code == 404
    assert service.counted == []
