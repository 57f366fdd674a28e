"""The rate limit while its storage is unreachable."""

from types import SimpleNamespace

import pytest
from limits.strategies import MovingWindowRateLimiter

from middleware import rate_limiter
from services.errors import JobNotFound


@pytest.fixture
def limited(make_app):
    """`limited(requests, enabled)`: an application with this limit."""

    def job_not_found(*_):
        raise JobNotFound()

    jobs = SimpleNamespace(ensure_accepting=lambda slot: None, check_options=lambda options: None, get=job_not_found)

    def make(requests=3, enabled=True):
        settings = {"RATE_LIMIT_ENABLED": str(enabled).lower(), "RATE_LIMIT_REQUESTS": requests}
        return make_app(SimpleNamespace(jobs=jobs), **settings).test_client()

    return make


def test_without_redis_requests_are_counted_in_memory(limited):
    client = limited(3)
    responses = [client.post("/ocr/image") for _ in range(5)]
    assert [response.status_code for response in responses] == [400, 400, 400, 429, 429]
    assert responses[3].json["code"] == "rate_limited"
    assert [response.headers["X-RateLimit-Remaining"] for response in responses] == ["2", "1", "0", "0", "0"]


def test_each_client_has_its_own_limit(limited):
    client = limited(1)

    def post(address):
        return client.post("/ocr/image", environ_base={"REMOTE_ADDR": address}).status_code

    assert [post("10.0.0.1"), post("10.0.0.2"), post("10.0.0.1")] == [400, 400, 429]


def test_a_disabled_limit_neither_limits_nor_adds_headers(limited):
    client = limited(enabled=False)
    responses = [client.post("/ocr/image") for _ in range(20)]
    assert {response.status_code for response in responses} == {400}
    assert "X-RateLimit-Limit" not in responses[0].headers


def test_a_request_that_does_not_count_reads_the_window_at_most_once_per_second(limited, monkeypatch):
    client, now, reads = limited(5), [100.0], []
    monkeypatch.setattr(rate_limiter, "time", SimpleNamespace(monotonic=lambda: now[0]))
    read = MovingWindowRateLimiter.get_window_stats
    monkeypatch.setattr(MovingWindowRateLimiter, "get_window_stats", lambda *key: reads.append(1) or read(*key))

    def send(method, path):
        """The remaining requests that the response reports, and how often the window was read for it."""
        reads.clear()
        response = client.open(path, method=method)
        return response.headers["X-RateLimit-Remaining"], len(reads)

    assert [send("POST", "/ocr/image")[0] for _ in range(2)] == ["4", "3"]
    assert [send("GET", "/ocr/job/x") for _ in range(3)] == [("3", 0)] * 3
    remaining, read_again = send("POST", "/ocr/image")
    assert (remaining, read_again > 0) == ("2", True)
    now[0] += rate_limiter.WINDOW_SECONDS
    assert [send("GET", "/ocr/job/x") for _ in range(2)] == [("2", 1), ("2", 0)]
