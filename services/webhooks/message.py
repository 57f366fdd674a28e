"""The message that a receiver gets: that a job has ended, how, and where its result is."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from services.jobs.record import COMPLETED, JobRecord


@dataclass(frozen=True, slots=True)
class Message:
    """Identical for each attempt, so that receivers can drop duplicates by `id`."""

    id: str
    body: bytes


def message_of(record: JobRecord, links: Mapping[str, str]) -> Message:
    """The message about an ended job. Its id includes the time, because a replayed job ends again."""
    finished_at = record.finished_at or 0.0  # always set for an ended job
    data: dict[str, Any] = {
        "job_id": record.id,
        "status": record.status,
        "successful": record.status == COMPLETED,
        "progress": {"pages_total": record.pages_total, "pages_done": record.pages_done},
        "created_at": _timestamp(record.created_at),
        "finished_at": _timestamp(finished_at),
        "filename": record.filename,
        "links": links,
    }
    if record.error:
        data["error"] = record.error
    document = {"type": f"job.{record.status}", "timestamp": _timestamp(finished_at), "data": data}
    message_id = f"{record.id}_{record.status}_{round(1000 * finished_at)}"
    return Message(message_id, json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode())


def _timestamp(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat()
