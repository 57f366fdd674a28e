"""A job's progress, told as it happens."""

from __future__ import annotations

from flask import Response, g, request

from controllers.context import services
from controllers.responses import status_body
from utils.server_sent_events import MEDIA_TYPE, event, first_event

#: Neither kept by anybody on the way nor gathered into larger pieces.
HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}


def job_events(job_id: str) -> Response:
    """How the job stands, and what becomes of it. Where the server cannot hold a connection, the client comes back."""
    record = services().jobs.get(job_id, g.owner)
    body = status_body(record)
    first = first_event("status", 1, body)
    follow = request.environ.get("ocr.stream")
    if record.ended:
        events = [first + event(record.status, 2, body)]
    else:
        events = follow(first, record, status_body) if follow else [first]
    return Response(events, content_type=MEDIA_TYPE, headers=HEADERS)
