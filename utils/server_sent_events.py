"""Server-Sent Events as bytes: https://html.spec.whatwg.org/multipage/server-sent-events.html"""

from __future__ import annotations

import json

#: A client whose stream broke asks again after this many milliseconds.
RETRY_MS = 2000
#: Nothing, said now and then: proxies close connections that are silent.
KEEP_ALIVE = b":\n\n"
MEDIA_TYPE = "text/event-stream"


def event(name: str, number: int, data: dict) -> bytes:
    """One event. JSON in ASCII has no line breaks, so it always fits in one `data` line."""
    return f"id: {number}\nevent: {name}\ndata: {json.dumps(data)}\n\n".encode()


def first_event(name: str, number: int, data: dict) -> bytes:
    """One event, and how long a client is to wait before it connects anew."""
    return f"retry: {RETRY_MS}\n".encode() + event(name, number, data)
