"""One line for each request. Probes are silent: they come every few seconds and say nothing when all is well."""

from __future__ import annotations

import time

import structlog
from flask import Flask, Response, g, request

from middleware.resumed_requests import kept
from middleware.view_marks import Mark, marks_of_request

log = structlog.get_logger("access")


def init_app(app: Flask) -> None:
    app.before_request(_start)
    app.after_request(_write)


def is_probe() -> bool:
    """Is this request from a health probe or from Prometheus?"""
    return Mark.PROBE in marks_of_request()


def _start() -> None:
    """A request that waited began before it went on."""
    g.started = kept().setdefault("started", time.perf_counter())


def _write(response: Response) -> Response:
    if not is_probe():
        seconds = time.perf_counter() - g.get("started", time.perf_counter())
        write(request.method, request.path, response.status_code, seconds, request.remote_addr)
    return response


def write(method: str, path: str, status: int, seconds: float, client: str | None, **more: str) -> None:
    log.info("request", method=method, path=path, status=status, seconds=round(seconds, 4), client=client, **more)
