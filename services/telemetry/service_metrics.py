"""Metrics of the whole service for Prometheus, read from Redis at each scrape.

Every web process exports the same values: to combine them, take the maximum, never the sum.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.registry import Collector

from services.errors import DEAD_LETTER_CODES, RedisUnavailable
from services.health.known_picture.check import KnownPictureCheck
from services.health.known_picture.quality import QUALITIES
from services.health.worker_registry import WorkerRegistry
from services.jobs.store import JobStore
from services.jobs.unit_queue import UnitQueue
from services.telemetry.counters import CONFIDENCE, SECONDS, Counters, histogram

QUEUE = "ocr"


@dataclass(frozen=True, slots=True)
class _Series:
    """A metric with one value, or one histogram, per label value.

    `field` names it in the counters. `values` are exported even while they are 0. Without a label: ("",).
    """

    name: str
    description: str
    field: str
    label: str = ""
    values: tuple[str, ...] = ("",)
    bounds: tuple[float, ...] = ()

    @property
    def labels(self) -> list[str]:
        return [self.label] if self.label else []

    def field_of(self, value: str) -> str:
        return f"{self.field}:{value}" if value else self.field


COUNTERS = (
    _Series("ocr_jobs", "Jobs that ended.", "jobs", "outcome", ("completed", "failed", "cancelled")),
    _Series("ocr_job_failures", "Failed jobs, by error code.", "failures", "code", tuple(sorted(DEAD_LETTER_CODES))),
    _Series(
        "ocr_jobs_requeued", "Units queued again, and replayed jobs.",
        "requeued", "reason", ("retry", "worker_died", "handed_back", "replay"),
    ),
    _Series(
        "ocr_cache_lookups",
        "Accepted files: result in the cache (hit), being read for another job (shared), or new (miss).",
        "lookups", "result", ("hit", "shared", "miss"),
    ),
    _Series("ocr_refused", "Submissions rejected for lack of capacity.", "refused", "reason", ("queue_full",)),
    _Series("ocr_worker_starts", "Worker processes that loaded their model.", "worker_starts"),
    _Series(
        "ocr_worker_ends", "Worker processes that ended normally: recycled because of their memory use, or stopped.",
        "worker_ends", "how", ("recycled", "stopped"),
    ),
    _Series("ocr_webhooks", "Webhook calls, by outcome.", "webhooks", "outcome", ("delivered", "retried", "given_up")),
)  # fmt: skip
HISTOGRAMS = (
    _Series(
        "ocr_stage_seconds", "Time a page spent in each stage.",
        "stage", "stage", ("decode", "render", "layer", "detect", "recognise"), SECONDS,
    ),
    _Series(
        "ocr_job_seconds", "Time until a worker took the job, and time spent on it.",
        "job", "phase", ("wait", "work"), SECONDS,
    ),
    _Series("ocr_line_confidence", "Confidence of the recognised lines.", "confidence", bounds=CONFIDENCE),
)  # fmt: skip


class ServiceMetrics(Collector):
    """A collector for a prometheus_client registry. Without Redis it exports only that Redis is down."""

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
        """Empty: registering the collector must not access Redis."""
        return []

    def collect(self) -> Iterator[Metric]:
        try:
            metrics = [*self._gauges(), *_counters(self._counters.read())]
        except RedisUnavailable:
            metrics = []
        yield GaugeMetricFamily("ocr_redis_up", "Whether this process reaches Redis.", bool(metrics))
        yield from metrics

    def _gauges(self) -> Iterator[Metric]:
        counts = self._unit_queue.counts()
        yield _queue_gauge(
            "ocr_queue_depth", "Units (jobs, or parts of long ones) that wait for a worker.", counts["waiting"]
        )
        yield _queue_gauge(
            "ocr_queue_oldest_seconds", "Time the longest waiting unit has been due.", self._unit_queue.oldest_wait()
        )
        yield GaugeMetricFamily("ocr_jobs_running", "Units that a worker has taken.", counts["running"])
        yield GaugeMetricFamily("ocr_cache_entries", "Results in the cache.", self._store.cache_entries())
        yield from self._worker_gauges()
        if quality := self._known_picture.last_quality():
            description = "Quality of the last known-picture check: 2 good, 1 acceptable, 0 low."
            yield GaugeMetricFamily("ocr_ai_quality", description, QUALITIES.index(quality))

    def _worker_gauges(self) -> Iterator[Metric]:
        workers = self._worker_registry.all()
        yield GaugeMetricFamily("ocr_workers_alive", "Worker processes with their model loaded.", len(workers))
        sizes = [worker["rss_mb"] * 2**20 for worker in workers] or [0]
        memory = GaugeMetricFamily(
            "ocr_worker_memory_bytes", "Resident memory of worker processes.", labels=["statistic"]
        )
        memory.add_metric(["largest"], max(sizes))
        memory.add_metric(["total"], sum(sizes))
        yield memory


def _queue_gauge(name: str, description: str, value: float) -> Metric:
    family = GaugeMetricFamily(name, description, labels=["queue"])
    family.add_metric([QUEUE], value)
    return family


def _counters(counts: Mapping[str, float]) -> Iterator[Metric]:
    for series in COUNTERS:
        counter = CounterMetricFamily(series.name, series.description, labels=series.labels)
        for value in sorted({*series.values, *_label_values(counts, series.field)}):
            counter.add_metric([value] if series.label else [], counts.get(series.field_of(value), 0.0))
        yield counter
    dead_letters = counts.get("dead_letters", 0.0)
    yield CounterMetricFamily("ocr_dead_letters", "Failed jobs whose file may be good.", dead_letters)
    yield _pages(counts)
    for series in HISTOGRAMS:
        family = HistogramMetricFamily(series.name, series.description, labels=series.labels)
        for value in series.values:
            buckets, total = histogram(counts, series.field_of(value), series.bounds)
            family.add_metric([value] if series.label else [], buckets, total)
        yield family


def _pages(counts: Mapping[str, float]) -> Metric:
    family = CounterMetricFamily("ocr_pages", "Pages that were read or failed.", labels=["source", "outcome"])
    for source in ("ocr", "text_layer"):
        for outcome in ("done", "failed"):
            family.add_metric([source, outcome], counts.get(f"pages:{source}:{outcome}", 0.0))
    return family


def _label_values(counts: Mapping[str, float], field: str) -> set[str]:
    """Label values counted in this field. The service itself chooses them, so their number is limited."""
    return {name.removeprefix(field + ":") for name in counts if name.startswith(field + ":")}
