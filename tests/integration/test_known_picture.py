"""`GET /health/ai`: a known picture really goes through the queue, and the answer tells how it came back."""

import signal
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
import redis

from services.health.known_picture.check import FRESH, WAIT_SECONDS
from services.health.known_picture.quality import TEXT
from stress.harness import wait_until
from tests.support.metrics import Metrics
from tests.support.obedient import ObedientService
from tests.support.openapi import Description


@pytest.fixture(scope="module")
def obedient(tmp_path_factory):
    running = ObedientService(tmp_path_factory.mktemp("obedient"))
    try:
        yield running.start()
    finally:
        running.stop()


def check(service, fresh=True):
    """A reading; a new one where `fresh`, as if some seconds had passed."""
    if fresh:
        redis.Redis(port=service.redis.port).delete(FRESH)
    answer = service.get("/health/ai")
    body = answer.json()
    Description(service.get("/openapi.json").json()).check(
        "get", "/health/ai", answer.status_code, answer.headers["Content-Type"], body
    )
    assert answer.status_code == (503 if body["quality"] == "low" else 200)
    return body


def test_the_real_model_reads_the_known_picture_well(service):
    before = Metrics(service.get("/metrics").text)
    found = check(service)
    assert (found["quality"], found["text_matches"], found["reasons"]) == ("good", True, [])
    assert found["confidence"] > 0.95 and found["latency_ms"] > 0
    assert (found["queue_depth"], found["load"]) == (0, 0)
    after = Metrics(service.get("/metrics").text)
    assert after("ocr_ai_quality") == 2
    for name in ("ocr_jobs_total", "ocr_cache_lookups_total", "ocr_cache_entries"):
        assert after(name) == before(name), "the picture is nobody's job"


@pytest.mark.parametrize(
    ("orders", "quality", "matches", "reason"),
    [
        ({}, "good", True, None),
        ({"confidence": 0.8}, "acceptable", True, "confidence is 0.80"),
        ({"confidence": 0.5}, "low", True, "confidence is 0.50"),
        ({"text": TEXT.replace("4207", "4201")}, "acceptable", False, "97% is right"),
        ({"text": "Something else"}, "low", False, "is right"),
        ({"text": ""}, "low", False, "0% is right"),
        ({"seconds": 5.2}, "acceptable", True, "took 5."),
        ({"confidence": 0.8, "text": "nothing"}, "low", False, "confidence is 0.80"),
    ],
)
def test_the_quality_is_that_of_confidence_text_and_latency(obedient, orders, quality, matches, reason):
    obedient.tell(**orders)
    found = check(obedient)
    assert (found["quality"], found["text_matches"]) == (quality, matches)
    assert any(reason in told for told in found["reasons"]) if reason else found["reasons"] == []


def test_a_reading_is_used_again_for_a_few_seconds(obedient):
    obedient.tell()
    first = check(obedient)
    obedient.tell(confidence=0.1)
    assert check(obedient, fresh=False) == first


def test_an_engine_that_fails_is_low(obedient):
    obedient.tell(fails=True)
    found = check(obedient)
    assert (found["quality"], found["confidence"]) == ("low", None)


def test_many_probes_at_once_put_one_picture_into_the_queue_and_do_not_wait_for_ever(obedient):
    obedient.tell()
    wait_until(lambda: check(obedient)["quality"] == "good", 30, "the reading after the failed one")
    (child,) = obedient.worker_children()
    child.send_signal(signal.SIGSTOP)
    redis.Redis(port=obedient.redis.port).delete(FRESH)
    started = time.monotonic()
    try:
        with ThreadPoolExecutor(10) as pool:
            answers = [answer.json() for answer in pool.map(lambda _: obedient.get("/health/ai"), range(10))]
        assert time.monotonic() - started < WAIT_SECONDS + 5
        waited = [answer for answer in answers if answer["quality"] == "low"]
        assert waited and "not read within 10 s" in waited[0]["reasons"][0]
        queue = obedient.get("/health").json()["checks"]["queue"]
        assert queue["waiting"] + queue["running"] == 1
    finally:
        child.send_signal(signal.SIGCONT)
    late = wait_until(lambda: (found := check(obedient))["latency_ms"] and found, 20, "the late reading")
    assert (late["quality"], late["text_matches"]) == ("low", True)
    assert late["latency_ms"] > 1000 * WAIT_SECONDS
    assert check(obedient)["quality"] == "good"


def test_without_redis_the_quality_is_low_and_says_why(obedient):
    obedient.redis.stop()
    try:
        found = check_without_redis(obedient)
        assert found["quality"] == "low" and "Redis" in found["reasons"][0]
    finally:
        obedient.redis.start()


def check_without_redis(service):
    answer = service.get("/health/ai")
    assert answer.status_code == 503
    return answer.json()
