"""Server-Sent Events as bytes: https://html.spec.whatwg.org/multipage/server-sent-events.html"""

import json
from typing import Any

#: A client whose stream broke reconnects after this many milliseconds.
RETRY_MS = 2000
#: A comment. Proxies close silent connections.
KEEP_ALIVE = b":\n\n"
MEDIA_TYPE = "text/event-stream"


def event(name: str, number: int, data: dict[str, Any]) -> bytes:
    """One event. JSON in ASCII has no line breaks, so it always fits into one `data` line."""
    return f"id: {number}\nevent: {name}\ndata: {json.dumps(data)}\n\n".encode()


def first_event(name: str, number: int, data: dict[str, Any]) -> bytes:
    """One event, with the time after which the client reconnects."""
    return f"retry: {RETRY_MS}\n".encode() + event(name, number, data)
