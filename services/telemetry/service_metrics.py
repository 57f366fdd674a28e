"""Metrics of the whole service for Prometheus, read from Redis at each scrape.

Every web process exports the same values: to combine them, take the maximum, never the sum.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import product

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
    _Series("ocr_dead_letters", "Failed jobs whose file may be good.", "dead_letters"),
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


@dataclass(eq=False)
class ServiceMetrics(Collector):
    """A collector for a prometheus_client registry. Without Redis it exports only that Redis is down."""

    counters: Counters
    store: JobStore
    unit_queue: UnitQueue
    worker_registry: WorkerRegistry
    known_picture: KnownPictureCheck

    def describe(self) -> list[Metric]:
        """Empty: registering the collector must not access Redis."""
        return []

    def collect(self) -> Iterator[Metric]:
        try:
            metrics = [*self._gauges(), *_counters(self.counters.read())]
        except RedisUnavailable:
            metrics = []
        yield GaugeMetricFamily("ocr_redis_up", "Whether this process reaches Redis.", bool(metrics))
        yield from metrics

    def _gauges(self) -> Iterator[Metric]:
        units = self.unit_queue.counts()
        description = "Units (jobs, or parts of long ones) that wait for a worker."
        yield _gauge("ocr_queue_depth", description, "queue", {QUEUE: units["waiting"]})
        description = "Time the longest waiting unit has been due."
        yield _gauge("ocr_queue_oldest_seconds", description, "queue", {QUEUE: self.unit_queue.oldest_wait()})
        yield GaugeMetricFamily("ocr_jobs_running", "Units that a worker has taken.", units["running"])
        yield GaugeMetricFamily("ocr_cache_entries", "Results in the cache.", self.store.cache_entries())
        workers = self.worker_registry.all()
        yield GaugeMetricFamily("ocr_workers_alive", "Worker processes with their model loaded.", len(workers))
        sizes = [worker["rss_mb"] * 2**20 for worker in workers] or [0]
        memory = {"largest": max(sizes), "total": sum(sizes)}
        yield _gauge("ocr_worker_memory_bytes", "Resident memory of worker processes.", "statistic", memory)
        if quality := self.known_picture.last_quality():
            description = "Quality of the last known-picture check: 2 good, 1 acceptable, 0 low."
            yield GaugeMetricFamily("ocr_ai_quality", description, QUALITIES.index(quality))


def _gauge(name: str, description: str, label: str, values: Mapping[str, float]) -> Metric:
    """A gauge with one value for each value of a label."""
    family = GaugeMetricFamily(name, description, labels=[label])
    for label_value, value in values.items():
        family.add_metric([label_value], value)
    return family


def _counters(counts: Mapping[str, float]) -> Iterator[Metric]:
    for series in COUNTERS:
        prefix = series.field + ":"
        # The service itself chooses the label values, so their number is limited.
        counted = {name.removeprefix(prefix) for name in counts if name.startswith(prefix)}
        counter = CounterMetricFamily(series.name, series.description, labels=series.labels)
        for value in sorted({*series.values, *counted}):
            counter.add_metric([value] if series.label else [], counts.get(series.field_of(value), 0.0))
        yield counter
    pages = CounterMetricFamily("ocr_pages", "Pages that were read or failed.", labels=["source", "outcome"])
    for labels in product(("ocr", "text_layer"), ("done", "failed")):
        pages.add_metric(labels, counts.get(":".join(("pages", *labels)), 0.0))
    yield pages
    for series in HISTOGRAMS:
        family = HistogramMetricFamily(series.name, series.description, labels=series.labels)
        for value in series.values:
            buckets, total = histogram(counts, series.field_of(value), series.bounds)
            family.add_metric([value] if series.label else [], buckets, total)
        yield family
