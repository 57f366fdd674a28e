"""One log line for each request, except for probes: they come every few seconds."""

import time

import structlog
from flask import Request, Response

from middleware.steps import After, State, carried_state
from middleware.view_marks import Mark


def begin(request: Request, state: State) -> None:
    """Start the clock. A request that waited for a job started with its first pass."""
    state.started = carried_state(request).setdefault("started", time.perf_counter())


def make_writer() -> After:
    """Call it after the logging is configured: the logger is bound once, which takes half as long as for each line."""
    log = structlog.get_logger("access").bind()

    def write(request: Request, state: State, response: Response) -> None:
        if Mark.PROBE not in state.marks:
            log.info(
                "request",
                method=request.method,
                path=request.path,
                status=response.status_code,
                seconds=round(time.perf_counter() - state.started, 4),
                client=request.remote_addr,
            )

    return write
