"""One line for each request. Probes are silent: they come every few seconds and say nothing when all is well."""

from __future__ import annotations

import time

import structlog
from flask import Flask, Response, g, request

from middleware.parking import kept

log = structlog.get_logger("access")


def init_app(app: Flask) -> None:
    app.before_request(_start)
    app.after_request(_write)


def is_probe() -> bool:
    """Is this request a health probe, or Prometheus'?"""
    return request.path in ("/health", "/metrics") or request.path.startswith("/health/")


def _start() -> None:
    """A request that waited began before it went on."""
    g.started = kept().setdefault("started", time.perf_counter())


def _write(response: Response) -> Response:
    if not is_probe():
        log.info(
            "request",
            method=request.method,
            path=request.path,
            status=response.status_code,
            seconds=round(time.perf_counter() - g.get("started", time.perf_counter()), 4),
            client=request.remote_addr,
        )
    return response
