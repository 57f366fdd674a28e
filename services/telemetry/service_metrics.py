"""The numbers of the whole service for Prometheus, read from Redis when they are asked for.

Every web process tells the same ones: over several of them take the maximum, never the sum.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.registry import Collector

from services.errors import DEAD_LETTER_CODES, RedisUnavailable
from services.health.known_picture.check import KnownPictureCheck
from services.health.known_picture.quality import QUALITIES
from services.health.worker_registry import WorkerRegistry
from services.jobs.store import JobStore
from services.jobs.unit_queue import UnitQueue
from services.telemetry.counters import CONFIDENCE, SECONDS, Counters, distribution

QUEUE = "ocr"
STAGES = ("decode", "render", "layer", "detect", "recognise")
PHASES = ("wait", "work")

#: Metric: what it tells, the name of its label, its name in the tally, label values that are told though still nought.
COUNTERS = {
    "ocr_jobs": ("Jobs that ended.", "outcome", "jobs", ("completed", "failed", "cancelled")),
    "ocr_job_failures": (
        "Jobs that failed, by the error's code.",
        "code",
        "failures",
        tuple(sorted(DEAD_LETTER_CODES)),
    ),
    "ocr_jobs_requeued": (
        "Units put on the queue again; jobs that were replayed.",
        "reason",
        "requeued",
        ("retry", "worker_died", "handed_back", "replay"),
    ),
    "ocr_cache_lookups": (
        "Accepted files: known (hit), being read already (shared), or new (miss).",
        "result",
        "lookups",
        ("hit", "shared", "miss"),
    ),
    "ocr_refused": ("Requests for work that were refused for want of room.", "reason", "refused", ("queue_full",)),
    "ocr_worker_starts": ("Worker processes that loaded their model.", "", "worker_starts", ("",)),
    "ocr_worker_ends": (
        "Worker processes that ended in good order: full of memory, or told to.",
        "how",
        "worker_ends",
        ("recycled", "stopped"),
    ),
    "ocr_webhooks": (
        "Calls to tell that a job has ended, by what came of them.",
        "outcome",
        "webhooks",
        ("delivered", "retried", "given_up"),
    ),
}
#: Metric: what it tells, the name of its label, its values, its name in the tally, its classes.
DISTRIBUTIONS = {
    "ocr_stage_seconds": ("Seconds a page spent in each stage.", "stage", STAGES, "stage", SECONDS),
    "ocr_job_seconds": ("Seconds until a job was taken up, and worked on.", "phase", PHASES, "job", SECONDS),
    "ocr_line_confidence": ("Confidence of the lines that were recognised.", "", ("",), "confidence", CONFIDENCE),
}


class ServiceMetrics(Collector):
    """A collector for a registry of prometheus_client. Without Redis it says that Redis is away, and no more."""

    def __init__(
        self,
        counters: Counters,
        store: JobStore,
        unit_queue: UnitQueue,
        worker_registry: WorkerRegistry,
        known_picture: KnownPictureCheck,
    ) -> None:
        self._counters = counters
        self._store = store
        self._unit_queue = unit_queue
        self._worker_registry = worker_registry
        self._known_picture = known_picture

    def describe(self) -> list[Metric]:
        """Nothing: to tell names beforehand would take Redis."""
        return []

    def collect(self) -> Iterator[Metric]:
        try:
            found = [*self._now(), *_counted(self._counters.read())]
        except RedisUnavailable:
            found = []
        yield GaugeMetricFamily("ocr_redis_up", "Whether this process reaches Redis.", bool(found))
        yield from found

    def _now(self) -> Iterator[Metric]:
        counts = self._unit_queue.counts()
        yield _of_queue(
            "ocr_queue_depth", "Units (jobs, or pieces of long ones) that wait for a worker.", counts["waiting"]
        )
        yield _of_queue(
            "ocr_queue_oldest_seconds",
            "Since when the unit that waits longest has been due.",
            self._unit_queue.oldest_wait(),
        )
        yield GaugeMetricFamily("ocr_jobs_running", "Units that a worker holds.", counts["running"])
        yield GaugeMetricFamily("ocr_cache_entries", "Results in the cache.", self._store.cache_entries())
        yield from self._of_workers()
        if last := self._known_picture.last_quality():
            told = "Quality of the last reading of the known picture: 2 good, 1 acceptable, 0 low."
            yield GaugeMetricFamily("ocr_ai_quality", told, QUALITIES.index(last))

    def _of_workers(self) -> Iterator[Metric]:
        workers = self._worker_registry.all()
        yield GaugeMetricFamily("ocr_workers_alive", "Worker processes with their model loaded.", len(workers))
        sizes = [worker["rss_mb"] * 2**20 for worker in workers] or [0]
        memory = GaugeMetricFamily(
            "ocr_worker_memory_bytes", "Resident memory of worker processes.", labels=["statistic"]
        )
        memory.add_metric(["largest"], max(sizes))
        memory.add_metric(["total"], sum(sizes))
        yield memory


def _of_queue(name: str, told: str, value: float) -> Metric:
    family = GaugeMetricFamily(name, told, labels=["queue"])
    family.add_metric([QUEUE], value)
    return family


def _counted(counted: Mapping[str, float]) -> Iterator[Metric]:
    for name, (told, label, field, usual) in COUNTERS.items():
        family = CounterMetricFamily(name, told, labels=[label] if label else [])
        for value in sorted({*usual, *_values_of(counted, field)}):
            family.add_metric([value] if label else [], counted.get(f"{field}:{value}" if value else field, 0.0))
        yield family
    dead = counted.get("dead_letters", 0.0)
    yield CounterMetricFamily("ocr_dead_letters", "Jobs that were given up though their file may be good.", dead)
    yield _pages(counted)
    for name, (told, label, values, field, bounds) in DISTRIBUTIONS.items():
        family = HistogramMetricFamily(name, told, labels=[label] if label else [])
        for value in values:
            buckets, total = distribution(counted, f"{field}:{value}" if value else field, bounds)
            family.add_metric([value] if label else [], buckets, total)
        yield family


def _pages(counted: Mapping[str, float]) -> Metric:
    family = CounterMetricFamily("ocr_pages", "Pages that were read, or given up.", labels=["source", "outcome"])
    for source in ("ocr", "text_layer"):
        for outcome in ("done", "failed"):
            family.add_metric([source, outcome], counted.get(f"pages:{source}:{outcome}", 0.0))
    return family


def _values_of(counted: Mapping[str, float], field: str) -> set[str]:
    """Label values that were counted under this name. They are words of ours: there are only so many of them."""
    return {name.removeprefix(field + ":") for name in counted if name.startswith(field + ":")}
