"""How much work one client may ask for: one budget over all endpoints and web processes."""

import pytest
import requests

from stress.harness import ServiceProcesses, wait_until


@pytest.fixture(scope="module")
def limited(tmp_path_factory):
    running = ServiceProcesses(
        tmp_path_factory.mktemp("limited"),
        RATE_LIMIT_ENABLED="true",
        RATE_LIMIT_REQUESTS=4,
        RATE_LIMIT_WINDOW="hour",
        OCR_RUNTIME="null",
    )
    try:
        yield running.start()
    finally:
        running.stop()


def test_work_is_limited_and_everything_else_is_not(limited):
    """Two gunicorn processes share one count, so the fifth request is refused whoever gets it."""
    answers = [limited.post(path, b"x") for path in ("/ocr/image", "/ocr/pdf", "/ocr/predict", "/ocr/image")]
    assert [answer.status_code for answer in answers] == [422] * 4
    assert [int(answer.headers["X-RateLimit-Remaining"]) for answer in answers] == [3, 2, 1, 0]
    assert {answer.headers["X-RateLimit-Limit"] for answer in answers} == {"4"}
    refused = requests.post(limited.url + "/ocr/batch", timeout=10)
    body = refused.json()
    assert (refused.status_code, body["code"]) == (429, "rate_limited")
    assert body["detail"] == "Too many requests. Limit: 4 per hour"
    assert body["remaining"] == 0
    assert 3000 < body["retry_after"] <= 3600
    assert int(refused.headers["Retry-After"]) == body["retry_after"]
    assert int(refused.headers["X-RateLimit-Reset"]) > 1e9
    for path in ("/health/alive", "/health/ready", "/health", "/capabilities", "/openapi.json"):
        assert limited.get(path).status_code == 200
    asked = limited.get("/ocr/job/00000000-0000-4000-8000-000000000000")
    assert asked.status_code == 404
    assert asked.headers["X-RateLimit-Remaining"] == "0", "every answer tells the state of the budget"


def test_without_redis_the_answer_is_503_whatever_the_budget(limited):
    limited.redis.stop()
    try:
        assert {limited.post("/ocr/image", b"x").status_code for _ in range(12)} == {503}
    finally:
        limited.redis.start()
    wait_until(lambda: limited.get("/").headers.get("X-RateLimit-Limit") == "4", 30)
