"""Each request has an id, the client's own or one of ours; each log line and the answer bear it."""

from __future__ import annotations

import re
import uuid

import structlog
from flask import Flask, Response, g, request

from middleware.resumed_requests import kept

HEADER = "X-Request-ID"
#: An id that a client sent is passed on only when it can do no harm in a header or a log line.
HARMLESS = re.compile(r"[A-Za-z0-9._:-]{1,128}")


def init_app(app: Flask) -> None:
    app.before_request(_bind)
    app.after_request(_tell)
    app.teardown_request(_forget)


def _bind() -> None:
    g.request_id = kept().setdefault("request_id", id_of(request.environ))
    structlog.contextvars.clear_contextvars()
    structlog.contextvars.bind_contextvars(request_id=g.request_id)


def id_of(environ: dict) -> str:
    """The id that a request came with, where it is harmless, or a new one."""
    given = environ.get("HTTP_X_REQUEST_ID", "")
    return given if HARMLESS.fullmatch(given) else uuid.uuid4().hex


def _tell(response: Response) -> Response:
    response.headers[HEADER] = request_id()
    return response


def _forget(_: BaseException | None) -> None:
    """The thread goes on to other requests: what is logged between them must not bear this one's id."""
    structlog.contextvars.clear_contextvars()


def request_id() -> str:
    """The id of the request at hand."""
    return g.get("request_id", "")
