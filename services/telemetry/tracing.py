"""Traces: spans of one request from the web through the queue to its pages, sent to an OpenTelemetry collector.

Off until an endpoint is set: then alone is anything of OpenTelemetry loaded here. A span is known to others by its
`traceparent` (W3C Trace Context), which travels in the job's record.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import TracerProvider

#: How often finished spans are sent.
SEND_MILLISECONDS = 1000
#: A collector that does not take them within this time does not get them: nothing waits for it at a process's end.
EXPORT_SECONDS = 2


@dataclass(frozen=True, slots=True)
class Span:
    """A span under way. What is put into `attributes` before its end is told with it."""

    traceparent: str
    attributes: dict[str, str | int | float | bool] = field(default_factory=dict)


class NullTracer:
    """Traces nothing."""

    @contextmanager
    def span(self, name: str, parent: str = "", **attributes: object) -> Iterator[Span]:
        yield Span(parent)

    def record(self, name: str, parent: str, started: float, ended: float, **attributes: object) -> None:
        pass

    def close(self) -> None:
        pass


class Tracer:
    """Spans of this process. May be made before a fork: nothing is begun until the first span."""

    def __init__(self, endpoint: str, service: str = "paddleocr-service") -> None:
        """`endpoint`: a collector's address for OTLP over HTTP, without the path."""
        self._endpoint = endpoint.rstrip("/")
        self._service = service
        self._lock = threading.Lock()
        self._made: TracerProvider | None = None

    @contextmanager
    def span(self, name: str, parent: str = "", **attributes: object) -> Iterator[Span]:
        """A span around the body. `parent` is a traceparent; without one a trace begins."""
        # Not the thread's current one: a request may be begun in one thread and ended in another.
        inner = self._tracer.start_span(name, _context(parent), attributes=attributes)
        span = Span(_traceparent(inner.get_span_context()))
        try:
            yield span
        except Exception as error:
            inner.record_exception(error)
            raise
        finally:
            inner.set_attributes(span.attributes)
            inner.end()

    def record(self, name: str, parent: str, started: float, ended: float, **attributes: object) -> None:
        """A span that is over already. Times are Unix seconds."""
        span = self._tracer.start_span(name, _context(parent), attributes=attributes, start_time=_nanoseconds(started))
        span.end(_nanoseconds(ended))

    def close(self) -> None:
        """Sends what was not sent yet, if the collector takes it quickly."""
        if self._made:
            self._made.shutdown()

    @property
    def _tracer(self):
        with self._lock:
            self._made = self._made or self._make()
        return self._made.get_tracer("paddleocr-service")

    def _make(self) -> TracerProvider:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
        from opentelemetry.sdk.resources import Resource
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor

        provider = TracerProvider(resource=Resource.create({"service.name": self._service, "process.pid": os.getpid()}))
        exporter = OTLPSpanExporter(f"{self._endpoint}/v1/traces", timeout=EXPORT_SECONDS)
        provider.add_span_processor(BatchSpanProcessor(exporter, schedule_delay_millis=SEND_MILLISECONDS))
        return provider


def make_tracer(endpoint: str) -> Tracer | NullTracer:
    return Tracer(endpoint) if endpoint else NullTracer()


def _context(traceparent: str):
    from opentelemetry.context import Context
    from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

    return TraceContextTextMapPropagator().extract({"traceparent": traceparent}, Context())


def _traceparent(context) -> str:
    return f"00-{context.trace_id:032x}-{context.span_id:016x}-{context.trace_flags:02x}"


def _nanoseconds(seconds: float) -> int:
    return int(seconds * 1e9)
