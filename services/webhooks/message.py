"""What a receiver is told: that a job has ended and how, and where its result is."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime

from services.jobs.record import COMPLETED, JobRecord


@dataclass(frozen=True, slots=True)
class Message:
    """The same at each try, so that receivers can drop doubles by its `id`."""

    id: str
    body: bytes


def message_of(record: JobRecord) -> Message:
    """The message about an ended job. The time is part of the id: a job that is replayed ends anew."""
    document = {
        "type": f"job.{record.status}",
        "timestamp": _moment(record.finished_at),
        "data": {
            "job_id": record.id,
            "status": record.status,
            "successful": record.status == COMPLETED,
            "progress": {"pages_total": record.pages_total, "pages_done": record.pages_done},
            "created_at": _moment(record.created_at),
            "finished_at": _moment(record.finished_at),
            "filename": record.filename,
            "links": {"self": f"/ocr/job/{record.id}", "result": f"/ocr/job/{record.id}/result"},
        },
    }
    if record.error:
        document["data"]["error"] = record.error
    message_id = f"{record.id}_{record.status}_{round(1000 * record.finished_at)}"
    return Message(message_id, json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode())


def _moment(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat()
