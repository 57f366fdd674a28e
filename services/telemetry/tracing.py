"""Traces: spans from the web request through the queue to each page, sent to an OpenTelemetry collector.

Off unless an endpoint is set; only then is OpenTelemetry imported. A span is identified by its `traceparent` (W3C Trace
Context), which the job record carries from the web server to the worker.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from opentelemetry import trace
    from opentelemetry.context import Context
    from opentelemetry.sdk.trace import TracerProvider

SERVICE = "paddleocr-service"
#: Milliseconds between two exports of finished spans.
SEND_MILLISECONDS = 1000
#: Spans that the collector does not accept within this many seconds are dropped, so that a process can end quickly.
EXPORT_SECONDS = 2

Attribute: TypeAlias = str | int | float | bool


@dataclass(frozen=True, slots=True)
class Span:
    """A span in progress. `attributes` added before its end are sent with it."""

    traceparent: str
    attributes: dict[str, Attribute] = field(default_factory=dict)


class Tracer:
    """Records the spans of this process. Can be created before a fork: it starts nothing until the first span."""

    def __init__(self, endpoint: str) -> None:
        """endpoint: URL of a collector for OTLP over HTTP, without the path. Empty: nothing is recorded."""
        self._endpoint = endpoint.rstrip("/")
        self._lock = threading.Lock()
        self._provider: TracerProvider | None = None

    @contextmanager
    def span(self, name: str, parent: str = "", **attributes: Attribute) -> Iterator[Span]:
        """A span around the body. `parent` is a traceparent; without it, a new trace begins."""
        if not self._endpoint:
            yield Span(parent)
            return
        # Not made current in the thread: a request can start in one thread and end in another.
        inner = self._tracer.start_span(name, _context(parent), attributes=attributes)
        context = inner.get_span_context()
        span = Span(f"00-{context.trace_id:032x}-{context.span_id:016x}-{context.trace_flags:02x}")
        try:
            yield span
        except Exception as error:
            inner.record_exception(error)
            raise
        finally:
            inner.set_attributes(span.attributes)
            inner.end()

    def record(self, name: str, parent: str, started: float, ended: float, **attributes: Attribute) -> None:
        """Record a span that has already ended. Times are Unix seconds."""
        if not self._endpoint:
            return
        start_time, end_time = int(started * 1e9), int(ended * 1e9)  # nanoseconds
        self._tracer.start_span(name, _context(parent), attributes=attributes, start_time=start_time).end(end_time)

    def close(self) -> None:
        """Send the remaining spans, if the collector accepts them quickly."""
        if self._provider:
            self._provider.shutdown()

    @property
    def _tracer(self) -> trace.Tracer:
        with self._lock:
            self._provider = self._provider or self._make_provider()
        return self._provider.get_tracer(SERVICE)

    def _make_provider(self) -> TracerProvider:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
        from opentelemetry.sdk.resources import Resource
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor

        provider = TracerProvider(resource=Resource.create({"service.name": SERVICE, "process.pid": os.getpid()}))
        exporter = OTLPSpanExporter(f"{self._endpoint}/v1/traces", timeout=EXPORT_SECONDS)
        provider.add_span_processor(BatchSpanProcessor(exporter, schedule_delay_millis=SEND_MILLISECONDS))
        return provider


def _context(traceparent: str) -> Context:
    from opentelemetry.context import Context
    from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

    return TraceContextTextMapPropagator().extract({"traceparent": traceparent}, Context())
