"""The Flask class of this service: no sessions, uploads that stream to disk, and no coroutines."""

from collections.abc import Callable
from typing import Any

from flask import Flask, Request
from flask.sessions import NullSession, SessionInterface

from middleware.uploads import MAX_FORM_FIELDS, StreamingRequest


class NoSessions(SessionInterface):
    """Clients authenticate with each request. No cookie is ever read or set."""

    def open_session(self, app: Flask, request: Request) -> NullSession:
        return NullSession()


def form_limits(files: int) -> dict[str, int]:
    """Flask's configuration for forms of at most so many files."""
    return {"MAX_BATCH_FILES": files, "MAX_FORM_PARTS": files + MAX_FORM_FIELDS}


class OCRFlask(Flask):
    request_class = StreamingRequest
    session_interface = NoSessions()

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        """No view is a coroutine. Flask would inspect 20 functions per request, which took 8% of its time."""
        return func
