"""A job's progress as a stream of events."""

from flask import Response, g, request

from controllers.context import services
from controllers.responses import status_body
from utils import environ_keys
from utils.server_sent_events import MEDIA_TYPE, event, first_event

#: No proxy may store or buffer the stream.
HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}


def job_events(job_id: str) -> Response:
    """The status of the job and its further events, until the job or the API key ends.

    If the server cannot hold the connection, the client reconnects.
    """
    record = services().jobs.get(job_id, g.owner)
    body = status_body(record)
    first = first_event("status", 1, body)
    stream = request.environ.get(environ_keys.STREAM_EVENTS)
    if record.ended:
        events = [first + event(record.status, 2, body)]
    else:
        key_digest = g.access.key_digest if g.access else ""
        events = stream(first, record, status_body, key_digest) if stream else [first]
    return Response(events, content_type=MEDIA_TYPE, headers=HEADERS)
