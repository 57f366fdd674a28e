"""Counts each request, by the template of its address: labels that clients could choose would never end."""

from __future__ import annotations

import re
import time
from functools import cache

from flask import Flask, Response, current_app, g, request

from services.telemetry.request_metrics import RequestMetrics

METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
#: Stands for every address where there is nothing, and every method that nobody knows.
OTHER = "other"
_VARIABLE = re.compile(r"<(?:\w+:)?(\w+)>")


def init_app(app: Flask, metrics: RequestMetrics) -> None:
    app.extensions["request_metrics"] = metrics
    app.after_request(_count)


def _count(response: Response) -> Response:
    metrics: RequestMetrics = current_app.extensions["request_metrics"]
    metrics.observe(
        method=request.method if request.method in METHODS else OTHER,
        route=template(request.url_rule.rule) if request.url_rule else OTHER,
        status=response.status_code,
        seconds=time.perf_counter() - g.get("started", time.perf_counter()),
        received=request.content_length or 0,
        sent=response.content_length,
    )
    return response


@cache
def template(rule: str) -> str:
    """The address of a rule, as the API's description writes it."""
    return _VARIABLE.sub(r"{\1}", rule)
