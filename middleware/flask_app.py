"""The Flask class of this service: no sessions, and uploads that stream to disk."""

from __future__ import annotations

from flask import Flask, Request
from flask.sessions import NullSession, SessionInterface

from middleware.uploads import StreamingRequest


class NoSessions(SessionInterface):
    """Clients authenticate with each request. No cookie is ever read or set."""

    def open_session(self, app: Flask, request: Request) -> NullSession:
        return NullSession()


class OCRFlask(Flask):
    request_class = StreamingRequest
    session_interface = NoSessions()
