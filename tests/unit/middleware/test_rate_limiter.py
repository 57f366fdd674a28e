"""The rate limit while its Redis is unreachable."""

from types import SimpleNamespace

import pytest


@pytest.fixture
def make_client(make_app, accepting_jobs):
    def make(**environment):
        return make_app(SimpleNamespace(jobs=accepting_jobs), **environment).test_client()

    return make


def test_without_redis_requests_are_counted_in_memory(make_client):
    client = make_client(RATE_LIMIT_ENABLED="true", RATE_LIMIT_REQUESTS=3)
    responses = [client.post("/ocr/image") for _ in range(5)]
    assert [response.status_code for response in responses] == [400, 400, 400, 429, 429]
    assert responses[3].json["code"] == "rate_limited"
    assert [response.headers["X-RateLimit-Remaining"] for response in responses] == ["2", "1", "0", "0", "0"]


def test_each_client_has_its_own_limit(make_client):
    client = make_client(RATE_LIMIT_ENABLED="true", RATE_LIMIT_REQUESTS=1)

    def post(address):
        return client.post("/ocr/image", environ_base={"REMOTE_ADDR": address}).status_code

    assert [post("10.0.0.1"), post("10.0.0.2"), post("10.0.0.1")] == [400, 400, 429]


def test_a_disabled_limit_rejects_nothing_and_adds_no_headers(make_client):
    client = make_client(RATE_LIMIT_ENABLED="false")
    responses = [client.post("/ocr/image") for _ in range(20)]
    assert {response.status_code for response in responses} == {400}
    assert "X-RateLimit-Limit" not in responses[0].headers
