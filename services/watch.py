"""What a worker tells of its work while it works: counts for `GET /metrics`."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

from services.job_record import JobRecord
from services.ocr_service.stages import Stages
from services.tally import CONFIDENCE, SECONDS, Tally


class Watch:
    """Looks on at one worker process. Of the service's trials of itself it counts nothing."""

    def __init__(self, tally: Tally, stages: Stages) -> None:
        self._tally = tally
        self._stages = stages

    @contextmanager
    def job(self, record: JobRecord, attempt: int) -> Iterator[None]:
        """Around one attempt at a job."""
        if attempt == 1 and not record.is_probe:
            self._tally.observe("job:wait", record.started_at - record.created_at, SECONDS)
        started = time.perf_counter()
        try:
            yield
        finally:
            if not record.is_probe:
                self._tally.observe("job:work", time.perf_counter() - started, SECONDS)

    @contextmanager
    def page(self, record: JobRecord, number: int) -> Iterator[dict]:
        """Around one page; its result, where there is one, is put into the dictionary that is handed out."""
        self._stages.take()
        outcome: dict = {}
        yield outcome
        if not record.is_probe:
            self._count(outcome, self._stages.take())

    def _count(self, page: dict, stages: dict[str, float]) -> None:
        self._tally.count(f"pages:{page['source']}:{'done' if page['success'] else 'failed'}")
        for stage, seconds in stages.items():
            self._tally.observe(f"stage:{stage}", seconds, SECONDS)
        for line in page["lines"] if page["source"] == "ocr" else ():
            self._tally.observe("confidence", line["confidence"], CONFIDENCE)


class NoWatch:
    """Nobody looks on."""

    @contextmanager
    def job(self, record: JobRecord, attempt: int) -> Iterator[None]:
        yield

    @contextmanager
    def page(self, record: JobRecord, number: int) -> Iterator[dict]:
        yield {}
