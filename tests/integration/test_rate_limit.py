"""The rate limit: one count per client for all endpoints and web processes."""

import pytest
import requests

from stress.harness import ServiceProcesses, wait_until


@pytest.fixture(scope="module")
def limited(tmp_path_factory):
    with ServiceProcesses(
        tmp_path_factory.mktemp("limited"),
        RATE_LIMIT_ENABLED="true",
        RATE_LIMIT_REQUESTS=4,
        RATE_LIMIT_WINDOW="hour",
        OCR_RUNTIME="null",
    ) as running:
        yield running


def test_only_requests_that_create_work_are_limited(limited):
    """Two gunicorn processes share one count, so the fifth request is rejected by either."""
    responses = [limited.post(path, b"x") for path in ("/ocr/image", "/ocr/pdf", "/ocr/predict", "/ocr/image")]
    assert [response.status_code for response in responses] == [422] * 4
    assert [int(response.headers["X-RateLimit-Remaining"]) for response in responses] == [3, 2, 1, 0]
    assert {response.headers["X-RateLimit-Limit"] for response in responses} == {"4"}
    rejected = requests.post(limited.url + "/ocr/batch", timeout=10)
    body = rejected.json()
    assert (rejected.status_code, body["code"]) == (429, "rate_limited")
    assert body["detail"] == "Too many requests. Limit: 4 per hour"
    assert body["remaining"] == 0
    assert 3000 < body["retry_after"] <= 3600
    assert int(rejected.headers["Retry-After"]) == body["retry_after"]
    assert int(rejected.headers["X-RateLimit-Reset"]) > 1e9
    for path in ("/health/alive", "/health/ready", "/health", "/capabilities", "/openapi.json"):
        assert limited.get(path).status_code == 200
    unknown_job = limited.get("/ocr/job/00000000-0000-4000-8000-000000000000")
    assert unknown_job.status_code == 404
    assert unknown_job.headers["X-RateLimit-Remaining"] == "0", "every response reports the count"


def test_without_redis_every_upload_is_rejected_with_503(limited):
    limited.redis.stop()
    try:
        assert {limited.post("/ocr/image", b"x").status_code for _ in range(12)} == {503}
    finally:
        limited.redis.start()
    wait_until(lambda: limited.get("/").headers.get("X-RateLimit-Limit") == "4", 30)
