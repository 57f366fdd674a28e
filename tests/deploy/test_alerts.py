"""Each alert rule fires when what it watches is broken, with a real service and a real Prometheus."""

import json
import signal
import time
from contextlib import contextmanager

import psutil
import pytest
import yaml

from services.health.known_picture.check import FRESH
from services.keys import WAITING
from stress.harness import wait_until
from tests.support.deploy_check import requested
from tests.support.drawing import picture
from tests.support.prometheus import DASHBOARD, RULES, WINDOW, Prometheus, find_prometheus, shorten
from tests.support.scripted_service import ScriptedService

ALERTS = {rule["alert"] for group in yaml.safe_load(RULES.read_text())["groups"] for rule in group["rules"]}


class MonitoredService:
    """A service whose engine does what the test tells it to, and a Prometheus that scrapes it."""

    def __init__(self, folder):
        self.service = ScriptedService(folder)
        self.prometheus = Prometheus(folder / "prometheus", self.service.port)
        self._sent = 0

    def send(self, count=1):
        """Send new images."""
        for _ in range(count):
            self._sent += 1
            self.service.post("/ocr/image", picture(f"Number {self._sent}"))

    def drained(self):
        queue = self.service.get("/health").json()["checks"]["queue"]
        return queue["waiting"] == queue["running"] == 0


@pytest.fixture(scope="module")
def monitored(tmp_path_factory):
    if not requested():
        pytest.skip("takes two minutes: `make deploy-check` runs it")
    if not find_prometheus():
        pytest.skip("Prometheus is not installed (apt install prometheus)")
    monitored = MonitoredService(tmp_path_factory.mktemp("alerts"))
    try:
        monitored.service.start()
        monitored.prometheus.start()
        yield monitored
    finally:
        monitored.prometheus.stop()
        monitored.service.stop()


@contextmanager
def slow_and_unsure_engine(monitored):
    monitored.service.configure_engine(confidence=0.3, reports=20)
    monitored.service.redis.client().delete(FRESH)
    assert monitored.service.get("/health/ai").json()["quality"] == "low"
    yield lambda: monitored.send()
    monitored.service.configure_engine()
    monitored.service.redis.client().delete(FRESH)
    assert monitored.service.get("/health/ai").json()["quality"] == "good"


@contextmanager
def failing_pages(monitored):
    monitored.service.configure_engine(fails=True)
    monitored.send(3)
    yield
    monitored.service.configure_engine()


@contextmanager
def crashing_page(monitored):
    monitored.service.configure_engine(dies=True)
    monitored.send()
    wait_until(lambda: "worker died" in monitored.service.log("worker"), 40, "the job of the dead worker")
    monitored.service.configure_engine()
    yield


@contextmanager
def worker_out_of_memory(monitored):
    monitored.service.stop_worker()
    # Celery checks every 5 s for children that ended, so many are needed for enough of them to end in a short time.
    monitored.service.start_worker("--max-memory-per-child", "1000", "--concurrency", "8")
    wait_until(monitored.service.is_ready, 30, "the worker")
    yield lambda: monitored.drained() and monitored.send(8)
    wait_until(monitored.drained, 30, "the end of its jobs")
    monitored.service.stop_worker()
    monitored.service.start_worker()
    wait_until(monitored.service.is_ready, 30, "the worker")


@contextmanager
def queue_without_worker(monitored):
    monitored.service.stop_worker()
    monitored.send(3)
    client = monitored.service.redis.client()
    for unit in client.zrange(WAITING, 0, -1):
        client.zincrby(WAITING, -200, unit)  # as if it had been sent 200 s earlier
    yield
    monitored.service.start_worker()
    wait_until(monitored.service.is_ready, 30, "the worker")


@contextmanager
def hanging_redis(monitored):
    process = monitored.service.redis.process
    process.send_signal(signal.SIGSTOP)
    yield lambda: monitored.service.get("/health/ready")
    process.send_signal(signal.SIGCONT)


@contextmanager
def stopped_redis(monitored):
    monitored.service.redis.stop()
    yield lambda: monitored.send()
    monitored.service.redis.start()


@contextmanager
def hanging_web_server(monitored):
    web = psutil.Process(monitored.service.web.pid)
    processes = [web, *web.children()]
    for process in processes:
        process.suspend()
    yield
    for process in processes:
        process.resume()


FAULTS = {
    slow_and_unsure_engine: {"OCRConfidenceLow", "OCRPagesSlow", "OCRQualityLow"},
    failing_pages: {"OCRPagesFailing", "OCRJobsFailing", "OCRDeadLetters"},
    crashing_page: {"OCRWorkersDying"},
    worker_out_of_memory: {"OCRWorkersRecycled"},
    queue_without_worker: {"OCRNoWorkers", "OCRQueueOld"},
    hanging_redis: {"OCRProbesSlow"},
    stopped_redis: {"OCRRedisDown", "OCRRequestsFailing"},
    hanging_web_server: {"OCRServerDown"},
}


def test_every_alert_has_a_fault_that_triggers_it():
    assert set().union(*FAULTS.values()) == ALERTS


def test_no_alert_fires_without_a_fault(monitored):
    monitored.send(3)
    assert monitored.service.get("/health/ai").json()["quality"] == "good"
    deadline = time.monotonic() + 8
    while time.monotonic() < deadline:
        assert monitored.prometheus.firing() == set()
        assert monitored.service.is_ready()
        time.sleep(0.5)


def test_every_dashboard_query_returns_data(monitored):
    panels = json.loads(DASHBOARD.read_text())["panels"]
    queries = [target["expr"] for panel in panels for target in panel.get("targets", ())]
    assert len(queries) > 20
    empty = [query for query in queries if not monitored.prometheus.query(shorten(query))]
    assert empty == []


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.__name__)
def test_alerts_fire_during_a_fault(monitored, fault):
    alerts = FAULTS[fault]
    wait_until(lambda: not alerts & monitored.prometheus.firing(), 2 * WINDOW, f"the silence of {alerts}")
    seen = set()
    with fault(monitored) as repeat:

        def all_seen():
            if repeat:
                repeat()
            seen.update(monitored.prometheus.firing())
            return alerts <= seen

        try:
            wait_until(all_seen, 120, "the alerts")
        except AssertionError:
            pass  # end the fault before failing
    assert alerts <= seen
