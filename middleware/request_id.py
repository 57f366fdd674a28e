"""The id of a request, chosen by the client or generated. It is part of each log line and of the response."""

import random
import re

import structlog
from flask import Request, Response, g

from middleware.steps import State, carried_state

HEADER = "X-Request-ID"
#: Only ids that are harmless in headers and log lines are accepted from clients.
HARMLESS = re.compile(r"[A-Za-z0-9._:-]{1,128}")


def begin(request: Request, state: State) -> None:
    carried = carried_state(request)
    state.request_id = carried["request_id"] = carried.get("request_id") or _id_of(request)
    structlog.contextvars.bind_contextvars(request_id=state.request_id)


def _id_of(request: Request) -> str:
    given: str = request.environ.get("HTTP_X_REQUEST_ID", "")
    # Ids are no secrets. A UUID would cost a system call.
    return given if HARMLESS.fullmatch(given) else f"{random.getrandbits(128):032x}"


def add_header(request: Request, state: State, response: Response) -> None:
    response.headers[HEADER] = state.request_id


def unbind(_: BaseException | None) -> None:
    """The thread serves other requests next. Their log lines must not contain this id."""
    structlog.contextvars.clear_contextvars()


def request_id() -> str:
    """The id of the current request."""
    return str(g.get("request_id", ""))
