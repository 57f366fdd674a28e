"""A span around each request except probes. A client's `traceparent` makes the span part of the client's trace."""

from contextlib import ExitStack

from flask import Request, Response, g, request

from middleware.steps import Before, State, carried_state
from middleware.view_marks import Mark
from services.telemetry.tracing import Tracer
from utils import environ_keys


def make_beginner(tracer: Tracer) -> Before:
    def begin(request: Request, state: State) -> None:
        if Mark.PROBE in state.marks:
            return
        carried = carried_state(request)
        if "tracing" in carried:
            state.tracing, state.span = carried.pop("tracing")
            return
        route = request.url_rule.rule if request.url_rule else ""
        state.tracing = ExitStack()
        span = tracer.span(
            f"{request.method} {route}".strip(),
            parent=request.headers.get("traceparent", ""),
            **{"http.request.method": request.method, "http.route": route, "request_id": state.request_id},
        )
        state.span = state.tracing.enter_context(span)

    return begin


def record_status(request: Request, state: State, response: Response) -> None:
    if span := state.get("span"):
        span.attributes["http.response.status_code"] = response.status_code


def end(_: BaseException | None) -> None:
    """End the span, unless the request was detached to wait for a job."""
    tracing = g.pop("tracing", None)
    if tracing is None:
        return
    if request.environ.get(environ_keys.DETACHED):
        carried_state(request)["tracing"] = tracing, g.pop("span")
    else:
        tracing.close()
