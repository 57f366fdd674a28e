"""The request metrics of a web process."""

import io
import time
from types import SimpleNamespace

import pytest
from prometheus_client import CollectorRegistry

from tests.support.metrics import Metrics


@pytest.fixture
def client(make_shared_app):
    """A new application without Redis: its counts start at zero."""
    return make_shared_app().test_client()


def metrics(client):
    response = client.get("/metrics")
    assert (response.status_code, response.content_type) == (200, "text/plain; version=0.0.4; charset=utf-8")
    return Metrics(response.text)


def test_requests_are_counted_by_the_template_of_their_path(client):
    for job_id in ("one", "two"):
        client.get(f"/ocr/job/{job_id}")
    found = metrics(client)
    job = {"method": "GET", "route": "/ocr/job/{job_id}"}
    assert found("ocr_http_requests_total", status="503", **job) == 2
    assert found("ocr_http_request_seconds_count", **job) == 2
    assert found("ocr_http_response_bytes_sum", route=job["route"]) > 200


def test_unknown_paths_and_methods_share_one_label(client):
    for number in range(20):
        client.get(f"/no/such/{number}")
        client.open("/health/alive", method=f"M{number}")
    found = metrics(client)
    assert found("ocr_http_requests_total", route="other", method="GET", status="404") == 20
    assert found.labels("ocr_http_requests_total", "method") == {"GET", "other"}


def test_the_size_of_request_bodies_is_counted(client):
    client.post("/ocr/image", data={"file": (io.BytesIO(b"x" * 5000), "a.png")})
    assert metrics(client)("ocr_http_request_bytes_sum", route="/ocr/image") > 5000


def test_without_redis_the_metrics_of_the_process_are_reported(client):
    client.get("/health/alive")
    found = metrics(client)
    assert found("ocr_redis_up") == 0
    assert found("ocr_http_requests_total", route="/health/alive") == 1
    assert "ocr_queue_depth" not in found.families


def test_a_summary_is_available_as_json(client, monkeypatch):
    monkeypatch.setitem(client.application.config, "STARTED", time.monotonic() - 3600)
    for path in ("/ocr/job/x", "/capabilities", "/capabilities", "/capabilities", "/health/ready", "/metrics"):
        client.get(path)
    summary = client.get("/metrics", headers={"Accept": "application/json"}).json
    assert summary.pop("uptime_seconds") == pytest.approx(3600, abs=120)
    assert summary == {"status": "not_ready", "requests_processed": 4, "errors": 1, "error_rate": 0.25}


@pytest.mark.parametrize(
    "accept", [None, "*/*", "text/plain", "application/openmetrics-text;version=1.0.0;q=0.8,text/plain;q=0.5,*/*;q=0.1"]
)
def test_prometheus_always_gets_text(client, accept):
    assert client.get("/metrics", headers={"Accept": accept} if accept else {}).mimetype == "text/plain"


def test_metrics_are_never_rate_limited(make_app, accepting_jobs):
    client = make_app(
        SimpleNamespace(jobs=accepting_jobs, metrics=CollectorRegistry()),
        RATE_LIMIT_ENABLED="true",
        RATE_LIMIT_REQUESTS=1,
    ).test_client()
    assert [client.post("/ocr/image").status_code for _ in range(2)] == [400, 429]
    responses = [client.get("/metrics") for _ in range(5)]
    assert {response.status_code for response in responses} == {200}
    assert "X-RateLimit-Limit" not in responses[0].headers
