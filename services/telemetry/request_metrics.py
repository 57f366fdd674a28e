"""Metrics of the web server's own requests, for Prometheus.

A single process counts in memory. Several processes count in files that all of them can read (`share_counts`), so that
each of them can export the totals.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from functools import cache, partial

from prometheus_client import CollectorRegistry, Counter, Histogram, disable_created_metrics, generate_latest, values
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from services.telemetry.counters import SECONDS

CONTENT_TYPE = CONTENT_TYPE_PLAIN_0_0_4
#: Upper bounds of the histogram buckets for bytes (1 KB to 64 MB).
BYTES = tuple(4.0**power for power in range(5, 14))


def share_counts(index: int) -> None:
    """From now on, count in files together with the other processes of this web server.

    `index` is unique among the running processes. A process that replaces an ended one gets its index and continues its
    files, so the number of files stays constant and no count is lost. Call this before the first count, with
    PROMETHEUS_MULTIPROC_DIR set to the folder: prometheus_client reads it from the environment only.
    """
    values.ValueClass = values.MultiProcessValue(lambda: index)  # type: ignore[no-untyped-call]  # not annotated there


class RequestMetrics:
    """Counts requests and exports the counts."""

    def __init__(self, probe_routes: Callable[[], Collection[str]] = frozenset) -> None:
        """probe_routes: returns the routes for monitoring, which `totals` leaves out."""
        self._probe_routes = probe_routes
        # The creation time of each series would double the number of lines, and nothing uses it.
        disable_created_metrics()  # type: ignore[no-untyped-call]  # not annotated there
        self._own = own = CollectorRegistry()
        labels = ["method", "route"]
        self._requests = Counter("ocr_http_requests", "Requests answered.", [*labels, "status"], registry=own)
        self._seconds = Histogram(
            "ocr_http_request_seconds", "Time until the response began.", labels, buckets=SECONDS, registry=own
        )
        sizes = partial(Histogram, labelnames=["route"], buckets=BYTES, registry=own)
        self._received = sizes("ocr_http_request_bytes", "Sizes of request bodies.")
        self._sent = sizes("ocr_http_response_bytes", "Sizes of response bodies.")
        # Cached: looking up the series of some labels takes as long as counting in it.
        self._series = cache(self._find_series)

    def _find_series(self, method: str, route: str, status: int) -> tuple[Counter, Histogram, Histogram, Histogram]:
        requests = self._requests.labels(method, route, str(status))
        return requests, self._seconds.labels(method, route), self._received.labels(route), self._sent.labels(route)

    def observe(self, method: str, route: str, status: int, seconds: float, received: int, sent: int | None) -> None:
        """Count one request. `route` is the URL template; sizes are bytes; `sent` is None if it is not known."""
        requests, durations, request_sizes, response_sizes = self._series(method, route, status)
        requests.inc()
        durations.observe(seconds)
        if received:
            request_sizes.observe(received)
        if sent is not None:
            response_sizes.observe(sent)

    def text(self, *others: Collector) -> bytes:
        """These metrics and those of the other collectors, in Prometheus's text format."""
        registry = self._registry()
        for collector in others:
            registry.register(collector)
        return generate_latest(registry)

    def totals(self) -> tuple[int, int]:
        """The number of requests except probes, and how many of them failed with a server error."""
        probes = self._probe_routes()
        samples = [
            sample
            for family in self._registry().collect()
            for sample in family.samples
            if sample.name == "ocr_http_requests_total" and sample.labels["route"] not in probes
        ]
        errors = sum(sample.value for sample in samples if sample.labels["status"].startswith("5"))
        return int(sum(sample.value for sample in samples)), int(errors)

    def _registry(self) -> CollectorRegistry:
        registry = CollectorRegistry()
        if values.ValueClass._multiprocess:
            MultiProcessCollector(registry)  # type: ignore[no-untyped-call]  # not annotated there
        else:
            registry.register(self._own)
        return registry
