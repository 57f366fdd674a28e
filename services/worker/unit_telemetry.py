"""What a worker tells of its work while it works: counts for `GET /metrics`, and spans for a collector of traces."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager

from services.jobs.record import JobRecord
from services.jobs.unit_queue import Unit
from services.ocr_service.stages import Stage, Stages
from services.telemetry.counters import CONFIDENCE, SECONDS, Counters
from services.telemetry.tracing import NullTracer, Tracer


class UnitTelemetry:
    """Looks on at one worker process, which does one job at a time. The service's trials of itself are not counted."""

    def __init__(self, counters: Counters, stages: Stages, tracer: Tracer | NullTracer) -> None:
        self._counters = counters
        self._stages = stages
        self._tracer = tracer
        self._job_span = ""

    @contextmanager
    def unit(self, record: JobRecord, unit: Unit) -> Iterator[None]:
        """Around one try of a unit."""
        tracer = self._tracer_for(record)
        if unit.number == unit.tries == 1:
            tracer.record("queue", record.trace, record.created_at, record.started_at)
            self._observe(record, "job:wait", record.started_at - record.created_at)
        started = time.perf_counter()
        about = {"job_id": record.id, "unit": unit.number, "attempt": unit.tries, "request_id": record.request_id}
        try:
            with tracer.span("job", record.trace, **about) as span:
                self._job_span = span.traceparent
                yield
        finally:
            self._observe(record, "job:work", time.perf_counter() - started)

    @contextmanager
    def page(self, record: JobRecord, number: int) -> Iterator[dict]:
        """Around one page; its result, where there is one, is put into the dictionary that is handed out."""
        self._stages.take()
        page: dict = {}
        tracer = self._tracer_for(record)
        with tracer.span("page", self._job_span, page=number) as span:
            yield page
            stages = self._stages.take()
            for stage in stages:
                tracer.record(stage.name, span.traceparent, stage.started, stage.ended)
            span.attributes.update(source=page["source"], success=page["success"])
        if not record.is_probe:
            self._count(page, stages)

    def _count(self, page: dict, stages: list[Stage]) -> None:
        self._counters.count(f"pages:{page['source']}:{'done' if page['success'] else 'failed'}")
        seconds: defaultdict[str, float] = defaultdict(float)
        for stage in stages:
            seconds[stage.name] += stage.seconds
        for name, value in seconds.items():
            self._counters.observe(f"stage:{name}", value, SECONDS)
        for line in page["lines"] if page["source"] == "ocr" else ():
            self._counters.observe("confidence", line["confidence"], CONFIDENCE)

    def _tracer_for(self, record: JobRecord) -> Tracer | NullTracer:
        """Traces begin with requests: a job of which none is known is not traced."""
        return self._tracer if record.trace else NullTracer()

    def _observe(self, record: JobRecord, name: str, seconds: float) -> None:
        if not record.is_probe:
            self._counters.observe(name, seconds, SECONDS)


class NullUnitTelemetry:
    """Nobody looks on."""

    @contextmanager
    def unit(self, record: JobRecord, unit: Unit) -> Iterator[None]:
        yield

    @contextmanager
    def page(self, record: JobRecord, number: int) -> Iterator[dict]:
        yield {}
