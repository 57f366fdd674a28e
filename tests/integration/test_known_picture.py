"""`GET /health/ai`: a known picture goes through the queue, and the response reports how well it was read."""

import signal
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from services.health.known_picture.check import FRESH, WAIT_SECONDS
from services.health.known_picture.quality import TEXT
from stress.harness import wait_until
from tests.support.metrics import Metrics
from tests.support.openapi import Description
from tests.support.scripted_service import ScriptedService


@pytest.fixture(scope="module")
def scripted(tmp_path_factory):
    with ScriptedService(tmp_path_factory.mktemp("scripted")) as running:
        yield running


def check(service, fresh=True):
    """The report of the check. `fresh`: a new one, even if the last one is recent."""
    if fresh:
        service.redis.client().delete(FRESH)
    response = service.get("/health/ai")
    body = response.json()
    Description(service.get("/openapi.json").json()).check(
        "get", "/health/ai", response.status_code, response.headers["Content-Type"], body
    )
    assert response.status_code == (503 if body["quality"] == "low" else 200)
    return body


def test_real_model_reads_the_known_picture_well(service):
    before = Metrics(service.get("/metrics").text)
    found = check(service)
    assert (found["quality"], found["text_matches"], found["reasons"]) == ("good", True, [])
    assert found["confidence"] > 0.95 and found["latency_ms"] > 0
    assert (found["queue_depth"], found["load"]) == (0, 0)
    after = Metrics(service.get("/metrics").text)
    assert after("ocr_ai_quality") == 2
    for name in ("ocr_jobs_total", "ocr_cache_lookups_total", "ocr_cache_entries"):
        assert after(name) == before(name), "the check is not counted as a job"


@pytest.mark.parametrize(
    ("behaviour", "quality", "matches", "reason"),
    [
        ({}, "good", True, None),
        ({"confidence": 0.8}, "acceptable", True, "confidence is 0.80"),
        ({"confidence": 0.5}, "low", True, "confidence is 0.50"),
        ({"text": TEXT.replace("4207", "4201")}, "acceptable", False, "97% of the text is correct"),
        ({"text": "Something else"}, "low", False, "of the text is correct"),
        ({"text": ""}, "low", False, "0% of the text is correct"),
        ({"seconds": 5.2}, "acceptable", True, "The check took "),
        ({"confidence": 0.8, "text": "nothing"}, "low", False, "confidence is 0.80"),
    ],
)
def test_quality_depends_on_confidence_text_and_latency(scripted, behaviour, quality, matches, reason):
    scripted.configure_engine(**behaviour)
    found = check(scripted)
    assert (found["quality"], found["text_matches"]) == (quality, matches)
    assert any(reason in text for text in found["reasons"]) if reason else found["reasons"] == []


def test_report_is_reused_for_a_few_seconds(scripted):
    scripted.configure_engine()
    first = check(scripted)
    scripted.configure_engine(confidence=0.1)
    assert check(scripted, fresh=False) == first


def test_quality_is_low_if_the_engine_fails(scripted):
    scripted.configure_engine(fails=True)
    found = check(scripted)
    assert (found["quality"], found["confidence"]) == ("low", None)


def test_concurrent_checks_queue_one_picture_and_do_not_wait_forever(scripted):
    scripted.configure_engine()
    wait_until(lambda: check(scripted)["quality"] == "good", 30, "a good report after the failed one")
    (child,) = scripted.worker_children()
    child.send_signal(signal.SIGSTOP)
    scripted.redis.client().delete(FRESH)
    started = time.monotonic()
    try:
        with ThreadPoolExecutor(10) as pool:
            reports = [response.json() for response in pool.map(lambda _: scripted.get("/health/ai"), range(10))]
        assert time.monotonic() - started < WAIT_SECONDS + 5
        low = [report for report in reports if report["quality"] == "low"]
        assert low and "not read within 10 s" in low[0]["reasons"][0]
        queue = scripted.get("/health").json()["checks"]["queue"]
        assert queue["waiting"] + queue["running"] == 1
    finally:
        child.send_signal(signal.SIGCONT)
    late = wait_until(lambda: (found := check(scripted))["latency_ms"] and found, 20, "the late report")
    assert (late["quality"], late["text_matches"]) == ("low", True)
    assert late["latency_ms"] > 1000 * WAIT_SECONDS
    assert check(scripted)["quality"] == "good"


def test_quality_is_low_without_redis(scripted):
    scripted.redis.stop()
    try:
        found = check_without_redis(scripted)
        assert found["quality"] == "low" and "Redis" in found["reasons"][0]
    finally:
        scripted.redis.start()


def check_without_redis(service):
    response = service.get("/health/ai")
    assert response.status_code == 503
    return response.json()
