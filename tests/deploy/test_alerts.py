"""Each alert rule fires when the thing it watches is broken: a real service, a real Prometheus, real damage."""

import json
import signal
import time
from contextlib import contextmanager

import psutil
import pytest
import redis
import yaml

from services.health.known_picture.check import FRESH
from services.keys import WAITING
from stress.harness import wait_until
from tests.support.deploy_check import asked_for
from tests.support.drawing import picture
from tests.support.obedient import ObedientService
from tests.support.prometheus import DASHBOARD, RULES, WINDOW, Prometheus, find_prometheus, hasty

ALERTS = {rule["alert"] for group in yaml.safe_load(RULES.read_text())["groups"] for rule in group["rules"]}


class Scene:
    def __init__(self, folder):
        self.service = ObedientService(folder)
        self.prometheus = Prometheus(folder / "prometheus", self.service.port)
        self._sent = 0

    def send(self, count=1):
        """Pictures that were not sent before."""
        for _ in range(count):
            self._sent += 1
            self.service.post("/ocr/image", picture(f"Number {self._sent}"))

    def drained(self):
        queue = self.service.get("/health").json()["checks"]["queue"]
        return queue["waiting"] == queue["running"] == 0


@pytest.fixture(scope="module")
def scene(tmp_path_factory):
    if not asked_for():
        pytest.skip("takes two minutes: `make deploy-check` runs it")
    if not find_prometheus():
        pytest.skip("Prometheus is not installed (apt install prometheus)")
    scene = Scene(tmp_path_factory.mktemp("alerts"))
    try:
        scene.service.start()
        scene.prometheus.start()
        yield scene
    finally:
        scene.prometheus.stop()
        scene.service.stop()


@contextmanager
def reads_badly_and_slowly(scene):
    scene.service.tell(confidence=0.3, reports=20)
    redis.Redis(port=scene.service.redis.port).delete(FRESH)
    assert scene.service.get("/health/ai").json()["quality"] == "low"
    yield lambda: scene.send()
    scene.service.tell()
    redis.Redis(port=scene.service.redis.port).delete(FRESH)
    assert scene.service.get("/health/ai").json()["quality"] == "good"


@contextmanager
def fails_every_page(scene):
    scene.service.tell(fails=True)
    scene.send(3)
    yield
    scene.service.tell()


@contextmanager
def dies_of_a_page(scene):
    scene.service.tell(dies=True)
    scene.send()
    wait_until(lambda: "worker died" in scene.service.log("worker"), 40, "the job of the dead worker")
    scene.service.tell()
    yield


@contextmanager
def has_no_memory_to_spare(scene):
    scene.service.stop_worker()
    # Celery looks every 5 s for children that ended: many of them, so that enough end in a short time.
    scene.service.start_worker("--max-memory-per-child", "1000", "--concurrency", "8")
    wait_until(scene.service.is_ready, 30, "the worker")
    yield lambda: scene.drained() and scene.send(8)
    wait_until(scene.drained, 30, "the end of its jobs")
    scene.service.stop_worker()
    scene.service.start_worker()
    wait_until(scene.service.is_ready, 30, "the worker")


@contextmanager
def has_no_worker_for_its_queue(scene):
    scene.service.stop_worker()
    scene.send(3)
    client = redis.Redis(port=scene.service.redis.port)
    for unit in client.zrange(WAITING, 0, -1):
        client.zincrby(WAITING, -200, unit)  # as if it had been sent so many seconds ago
    yield
    scene.service.start_worker()
    wait_until(scene.service.is_ready, 30, "the worker")


@contextmanager
def has_a_redis_that_hangs(scene):
    process = scene.service.redis.process
    process.send_signal(signal.SIGSTOP)
    yield lambda: scene.service.get("/health/ready")
    process.send_signal(signal.SIGCONT)


@contextmanager
def has_no_redis(scene):
    scene.service.redis.stop()
    yield lambda: scene.send()
    scene.service.redis.start()


@contextmanager
def has_a_web_server_that_hangs(scene):
    web = psutil.Process(scene.service.web.pid)
    processes = [web, *web.children()]
    for process in processes:
        process.suspend()
    yield
    for process in processes:
        process.resume()


BREAKS = {
    reads_badly_and_slowly: {"OCRConfidenceLow", "OCRPagesSlow", "OCRQualityLow"},
    fails_every_page: {"OCRPagesFailing", "OCRJobsFailing", "OCRDeadLetters"},
    dies_of_a_page: {"OCRWorkersDying"},
    has_no_memory_to_spare: {"OCRWorkersRecycled"},
    has_no_worker_for_its_queue: {"OCRNoWorkers", "OCRQueueOld"},
    has_a_redis_that_hangs: {"OCRProbesSlow"},
    has_no_redis: {"OCRRedisDown", "OCRRequestsFailing"},
    has_a_web_server_that_hangs: {"OCRServerDown"},
}


def test_every_rule_is_broken_by_something_here():
    assert set().union(*BREAKS.values()) == ALERTS


def test_nothing_fires_while_all_is_well(scene):
    scene.send(3)
    assert scene.service.get("/health/ai").json()["quality"] == "good"
    deadline = time.monotonic() + 8
    while time.monotonic() < deadline:
        assert scene.prometheus.firing() == set()
        assert scene.service.is_ready()
        time.sleep(0.5)


def test_every_query_of_the_dashboard_has_an_answer(scene):
    panels = json.loads(DASHBOARD.read_text())["panels"]
    queries = [target["expr"] for panel in panels for target in panel.get("targets", ())]
    assert len(queries) > 20
    unanswered = [query for query in queries if not scene.prometheus.answer(hasty(query))]
    assert unanswered == []


@pytest.mark.parametrize("broken", BREAKS, ids=lambda broken: broken.__name__)
def test_an_alert_fires_when_what_it_watches_is_broken(scene, broken):
    alerts = BREAKS[broken]
    wait_until(lambda: not alerts & scene.prometheus.firing(), 2 * WINDOW, f"the silence of {alerts} before")
    seen = set()
    with broken(scene) as go_on:

        def all_seen():
            if go_on:
                go_on()
            seen.update(scene.prometheus.firing())
            return alerts <= seen

        try:
            wait_until(all_seen, 120, "the alerts")
        except AssertionError:
            pass  # what was broken is mended first
    assert alerts <= seen
