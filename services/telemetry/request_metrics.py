"""What the web server's processes count of their own requests, for Prometheus.

One process alone counts in its memory. Several count in files that all of them read (`share_counts`), so that any of
them can tell for all.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from prometheus_client import CollectorRegistry, Counter, Histogram, disable_created_metrics, generate_latest, values
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

CONTENT_TYPE = CONTENT_TYPE_PLAIN_0_0_4
SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 300.0)
BYTES = tuple(4.0**power for power in range(5, 14))  # 1 KB to 64 MB
#: Routes that say how the service is; they are no part of its work.
PROBES = frozenset({"/health", "/health/ready", "/health/alive", "/health/ai", "/metrics"})


@dataclass(frozen=True, slots=True)
class Totals:
    requests: int
    errors: int

    @property
    def error_rate(self) -> float:
        """0 to 1."""
        return self.errors / self.requests if self.requests else 0.0


def share_counts(place: int) -> None:
    """Count in files from now on, together with the other processes of this web server.

    `place` is this process's own among those that run now. Whoever takes the place of one that ended goes on with its
    files: their number stays what it is, and no count is lost. To be called before the first count is made, and when
    PROMETHEUS_MULTIPROC_DIR names the folder: prometheus_client knows it by that variable alone.
    """
    values.ValueClass = values.MultiProcessValue(lambda: place)


class RequestMetrics:
    """Counts requests, and tells what was counted."""

    def __init__(self) -> None:
        disable_created_metrics()  # when each number was begun: twice as many lines that nobody asks for
        own = CollectorRegistry()
        labels = ["method", "route"]
        self._requests = Counter("ocr_http_requests", "Requests answered.", [*labels, "status"], registry=own)
        self._seconds = Histogram(
            "ocr_http_request_seconds", "Seconds until the answer began.", labels, buckets=SECONDS, registry=own
        )
        self._received = Histogram("ocr_http_request_bytes", "Sizes of bodies.", ["route"], buckets=BYTES, registry=own)
        self._sent = Histogram("ocr_http_response_bytes", "Sizes of answers.", ["route"], buckets=BYTES, registry=own)
        self._own = own
        # To find the numbers of some labels takes as long as to count in them.
        self._of = cache(self._find)

    def _find(self, method: str, route: str, status: int) -> tuple[Counter, Histogram, Histogram, Histogram]:
        requests = self._requests.labels(method, route, str(status))
        return requests, self._seconds.labels(method, route), self._received.labels(route), self._sent.labels(route)

    def observe(self, method: str, route: str, status: int, seconds: float, received: int, sent: int | None) -> None:
        """One request. `route` is the template of its address; sizes are bytes, `sent` None where it is not known."""
        requests, lasted, took_in, gave_out = self._of(method, route, status)
        requests.inc()
        lasted.observe(seconds)
        if received:
            took_in.observe(received)
        if sent is not None:
            gave_out.observe(sent)

    def text(self, *others: Collector) -> bytes:
        """What was counted, and what the others collect, in Prometheus' text format."""
        registry = self._counted()
        for collector in others:
            registry.register(collector)
        return generate_latest(registry)

    def totals(self) -> Totals:
        """Requests to the service proper, and those of them that ended in a fault of the service."""
        samples = [
            sample
            for family in self._counted().collect()
            for sample in family.samples
            if sample.name == "ocr_http_requests_total" and sample.labels["route"] not in PROBES
        ]
        errors = sum(sample.value for sample in samples if sample.labels["status"].startswith("5"))
        return Totals(int(sum(sample.value for sample in samples)), int(errors))

    def _counted(self) -> CollectorRegistry:
        registry = CollectorRegistry()
        if values.ValueClass._multiprocess:
            MultiProcessCollector(registry)
        else:
            registry.register(self._own)
        return registry
