"""Requests that the server found no room for are rejected on the same path as all other errors."""

from types import SimpleNamespace

import pytest
from prometheus_client import CollectorRegistry

from middleware.error_catalog import problem_body
from services.errors import QueueFull
from services.jobs import admission
from services.jobs.admission import RESERVED, UNCHECKED, Admission, Slot
from utils import environ_keys

ORIGIN = "https://example.org"
FULL = Slot("full", 6.2)
WITH_KEYS = {"API_KEYS": "shop:a-long-secret-key"}
PATHS = ("/ocr/batch", "/ocr/image", "/ocr/pdf", "/ocr/predict")


class FakeRedis:
    """A queue in which a new job would wait 16.2 seconds. `counted` are the rejections added to the shared counters."""

    def __init__(self):
        self.checks = 0
        self.counted = []
        self.client = SimpleNamespace(hincrby=lambda key, field, by: self.counted.append((field, by)))

    def script(self, name, longest_wait):
        assert name == "backlog"
        self.checks += 1
        return [b"16.2", b"1"]

    def memory(self):
        return 0, 0


@pytest.fixture
def redis(monkeypatch):
    monkeypatch.setattr(admission, "REPORT_SECONDS", 0)
    return FakeRedis()


@pytest.fixture
def make_client(make_app, redis):
    """`make_client(NAME=value, …)`: an application that accepts a job if it waits less than 10 seconds."""

    def make(services=None, **environment):
        checks = Admission(redis, longest_wait=10)
        jobs = SimpleNamespace(ensure_accepting=checks.check, check_options=lambda options: None)
        services = SimpleNamespace(admission=checks, jobs=jobs, **(services or {}))
        environment = {"RATE_LIMIT_ENABLED": "false", "CORS_ORIGINS": ORIGIN, "API_KEYS": "", **environment}
        return make_app(services, **environment).test_client()

    return make


def post(client, path="/ocr/image", slot=FULL, **headers):
    """Send a request without a body, as the server passes it on with this slot."""
    headers = {"X-Request-ID": "an-id", **headers}
    return client.post(path, headers=headers, environ_overrides={environ_keys.SLOT: slot})


@pytest.mark.parametrize("path", PATHS)
def test_a_full_queue_rejects_without_asking_redis(make_client, redis, path):
    response = post(make_client(), path)
    assert (response.status_code, response.headers["Retry-After"]) == (503, "7")
    assert response.content_type == "application/problem+json"
    assert response.json["code"] == "queue_full"
    assert response.json == problem_body(QueueFull(6.2), "an-id", base="http://localhost/")
    assert response.headers["X-Request-ID"] == "an-id"
    assert redis.counted == [("refused:queue_full", 1)]
    assert redis.checks == 0


@pytest.mark.parametrize("path", PATHS)
def test_a_rejection_looks_the_same_before_and_after_a_check(make_client, redis, path):
    client = make_client()
    unchecked, checked = post(client, path), post(client, path, UNCHECKED)
    assert redis.checks == 1
    assert checked.status_code == 503
    assert unchecked.json == checked.json
    assert dict(unchecked.headers) == dict(checked.headers)


def test_each_rejection_is_counted_once(make_client, redis):
    client = make_client()
    for _ in range(3):
        post(client)
    assert redis.counted == [("refused:queue_full", 1)] * 3


def test_a_reserved_slot_is_not_rejected(make_client, redis):
    response = post(make_client(), slot=RESERVED)
    assert (response.status_code, response.json["code"]) == (400, "missing_file")
    assert redis.counted == []


def test_web_pages_can_read_the_rejection(make_client):
    client = make_client()
    usual, page = post(client), post(client, Origin=ORIGIN)
    assert page.json == usual.json
    assert page.headers["Access-Control-Allow-Origin"] == ORIGIN


def test_an_unknown_path_is_not_found(make_client, redis):
    assert post(make_client(), "/ocr/imagery").status_code == 404
    assert redis.counted == []


def test_a_client_without_a_key_gets_401_before_the_queue_is_considered(make_client, redis):
    response = post(make_client(**WITH_KEYS))
    assert (response.status_code, response.json["code"]) == (401, "unauthorized")
    assert redis.counted == []


def test_a_client_with_a_key_gets_the_same_rejection(make_client, redis):
    without_keys = post(make_client())
    with_key = post(make_client(**WITH_KEYS), Authorization="Bearer a-long-secret-key")
    assert with_key.status_code == 503
    assert with_key.json == without_keys.json
    assert dict(with_key.headers) == dict(without_keys.headers)
    assert redis.counted == [("refused:queue_full", 1)] * 2


def test_a_traced_rejection_is_the_same_and_has_a_span(make_client, recording_tracer):
    usual = post(make_client())
    services = {"tracer": recording_tracer}
    traced = post(make_client(services, OTEL_EXPORTER_OTLP_ENDPOINT="http://127.0.0.1:1"))
    assert traced.json == usual.json
    assert dict(traced.headers) == dict(usual.headers)
    (span,) = recording_tracer.spans
    assert (span.name, span.ended) == ("POST /ocr/image", True)
    assert span.attributes["http.response.status_code"] == 503


def test_rejections_are_counted_among_the_requests(make_client):
    client = make_client({"metrics": CollectorRegistry()})
    post(client)
    found = client.get("/metrics").text
    assert 'ocr_http_requests_total{method="POST",route="/ocr/image",status="503"} 1.0' in found
