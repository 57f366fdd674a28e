"""Jobs for tests that use the job store and the unit queue directly."""

from __future__ import annotations

import uuid

from services.jobs.record import JobRecord, new_job_id
from services.jobs.result_body import pack_result
from services.jobs.store import JobStore, Retention
from services.jobs.unit_queue import PageOutcome, Unit, UnitQueue
from services.jobs.units import lane_for, units_for
from services.ocr_service.options import DocumentOptions
from services.redis_service import RedisService
from utils.compact_json import dumps

ERROR = {"code": "corrupt_file", "title": "Corrupt file", "detail": "broken"}


def record(content: str | None = None, pages: int = 1, **changes) -> JobRecord:
    """A new job. Jobs with the same `content` have the same cache key; without one, the content is unique."""
    values = {
        "id": new_job_id(),
        "owner": "@127.0.0.1",
        "status": "processing",
        "stage": "queued",
        "kind": "image" if pages == 1 else "pdf",
        "filename": "scan.jpg",
        "file_size": 3,
        "options": DocumentOptions(lang="en", dpi=300),
        "upload": uuid.uuid4().hex,
        "cache_key": content or uuid.uuid4().hex,
        "request_id": "r",
        "frames": pages,
        "pages_total": pages,
        "lane": lane_for(pages),
        "units": units_for(pages),
    }
    return JobRecord(**{**values, **changes})


def page(number: int, success: bool = True, text: str = "hello") -> dict:
    return {"page": number, "text": text, "source": "ocr", "success": success, "lines": [], "width": 1, "height": 1}


def packed(text: str) -> bytes:
    """A result with this text, as it is stored."""
    return pack_result([dumps({"text": text})[:-1]])


class Work:
    """A job store and a unit queue over one Redis, with short forms of what clients and workers do."""

    def __init__(self, redis: RedisService, retention: Retention | None = None) -> None:
        retention = retention or Retention(result_ttl=60, cache_ttl=30, cache_size=2)
        self.redis = redis
        self.store = JobStore(redis, retention)
        self.unit_queue = UnitQueue(redis, retention)

    def submit(self, *args, **changes) -> JobRecord:
        job = record(*args, **changes)
        self.store.submit(job)
        return job

    def take(self, token: str = "t") -> Unit | None:
        return self.unit_queue.take(token)

    def save_page(self, unit: Unit, number: int, **about) -> bool:
        return self.unit_queue.save_pages(unit, [PageOutcome(number, page(number, **about))])

    def complete(
        self, unit: Unit, text: str = "hello", pages: int = 1, cacheable: bool = True, dead_letter: bool = False
    ) -> int:
        return self.unit_queue.complete(unit, packed(text), pages, cacheable, dead_letter)

    def complete_next(self, text: str = "hello", **how) -> int:
        """Take the next unit, of a job with a single unit, and complete the job."""
        return self.complete(self.take(), text, **how)
