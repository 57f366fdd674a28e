"""The Flask class of this service: no sessions, uploads that stream to disk, and no coroutines."""

from collections.abc import Callable
from typing import Any

from flask import Flask, Request
from flask.sessions import NullSession, SessionInterface
from werkzeug.datastructures import ImmutableDict

from middleware.uploads import StreamingRequest


class NoSessions(SessionInterface):
    """Clients authenticate with each request. No cookie is ever read or set."""

    def open_session(self, app: Flask, request: Request) -> NullSession:
        return NullSession()


#: Files and fields of one form. Each takes memory and time, however small it is.
MAX_FORM_PARTS = 100


class OCRFlask(Flask):
    request_class = StreamingRequest
    session_interface = NoSessions()
    default_config = ImmutableDict({**Flask.default_config, "MAX_FORM_PARTS": MAX_FORM_PARTS})

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        """No view is a coroutine. Flask would inspect 20 functions per request, which took 8% of its time."""
        return func
