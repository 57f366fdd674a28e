"""Counts what a worker does (for `GET /metrics`) and records its trace spans."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from services.jobs.record import JobRecord
from services.jobs.unit_queue import Unit
from services.ocr_service.stages import Stage, Stages
from services.telemetry.counters import CONFIDENCE, SECONDS, Counters
from services.telemetry.tracing import Attribute, Tracer


@dataclass(eq=False)
class UnitTelemetry:
    """Observes one worker process, which processes one unit at a time. Known-picture checks are not counted."""

    counters: Counters
    stages: Stages
    tracer: Tracer
    _job_span: str = field(init=False, default="")

    @contextmanager
    def unit(self, record: JobRecord, unit: Unit) -> Iterator[None]:
        """Wraps one attempt at a unit."""
        tracer = self._tracer_for(record)
        if unit.number == unit.tries == 1 and record.started_at is not None:
            tracer.record("queue", record.trace, record.created_at, record.started_at)
            self._observe(record, "job:wait", record.started_at - record.created_at)
        about: dict[str, Attribute] = {"job_id": record.id, "unit": unit.number, "attempt": unit.tries}
        started = time.perf_counter()
        try:
            with tracer.span("job", record.trace, **about, request_id=record.request_id) as span:
                self._job_span = span.traceparent
                yield
        finally:
            self._observe(record, "job:work", time.perf_counter() - started)

    @contextmanager
    def page(self, record: JobRecord, number: int) -> Iterator[dict[str, Any]]:
        """Wraps the reading of one page. The caller puts the page's result into the dictionary it gets."""
        self.stages.take()
        page: dict[str, Any] = {}
        tracer = self._tracer_for(record)
        with tracer.span("page", self._job_span, page=number) as span:
            yield page
            stages = self.stages.take()
            for stage in stages:
                tracer.record(stage.name, span.traceparent, stage.started, stage.ended)
            span.attributes.update(source=page["source"], success=page["success"])
        if not record.is_probe:
            self._count(page, stages)

    def _count(self, page: dict[str, Any], stages: list[Stage]) -> None:
        self.counters.count(f"pages:{page['source']}:{'done' if page['success'] else 'failed'}")
        seconds: defaultdict[str, float] = defaultdict(float)
        for stage in stages:
            seconds[stage.name] += stage.seconds
        for name, value in seconds.items():
            self.counters.observe(f"stage:{name}", value, SECONDS)
        for line in page["lines"] if page["source"] == "ocr" else ():
            self.counters.observe("confidence", line["confidence"], CONFIDENCE)

    def _tracer_for(self, record: JobRecord) -> Tracer:
        """Traces begin with a request: a job without a request's trace is not traced."""
        return self.tracer if record.trace else Tracer(endpoint="")

    def _observe(self, record: JobRecord, name: str, seconds: float) -> None:
        if not record.is_probe:
            self.counters.observe(name, seconds, SECONDS)
