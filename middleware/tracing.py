"""A span around each request but the probes'; a client's own `traceparent` makes it part of the client's trace."""

from __future__ import annotations

from contextlib import ExitStack

from flask import Flask, Response, current_app, g, request

from middleware.access_log import is_probe
from middleware.request_id import request_id
from middleware.resumed_requests import kept
from server.connections import Detach


def init_app(app: Flask) -> None:
    app.before_request(_begin)
    app.after_request(_tell)
    app.teardown_request(_end)


def _begin() -> None:
    if is_probe():
        return
    if "tracing" in kept():
        g.tracing, g.span = kept().pop("tracing")
        return
    route = request.url_rule.rule if request.url_rule else ""
    g.tracing = ExitStack()
    span = current_app.extensions["services"].tracer.span(
        f"{request.method} {route}".strip(),
        parent=request.headers.get("traceparent", ""),
        **{"http.request.method": request.method, "http.route": route, "request_id": request_id()},
    )
    g.span = g.tracing.enter_context(span)


def _tell(response: Response) -> Response:
    if span := g.get("span"):
        span.attributes["http.response.status_code"] = response.status_code
    return response


def _end(error: BaseException | None) -> None:
    if isinstance(error, Detach) and "tracing" in g:
        kept()["tracing"] = g.pop("tracing"), g.pop("span")
    elif tracing := g.pop("tracing", None):
        tracing.close()
