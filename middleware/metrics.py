"""Counts each request by the template of its path. Labels that clients could choose would never end."""

import re
import time
from functools import cache

from flask import Request, Response

from middleware.steps import After, State
from services.telemetry.request_metrics import RequestMetrics

METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
#: Label of all unknown paths, and of all unknown methods.
OTHER = "other"
_VARIABLE = re.compile(r"<(?:\w+:)?(\w+)>")


def make_counter(metrics: RequestMetrics) -> After:
    def count(request: Request, state: State, response: Response) -> None:
        rule = request.url_rule
        metrics.observe(
            method=request.method if request.method in METHODS else OTHER,
            route=template(rule.rule) if rule else OTHER,
            status=response.status_code,
            seconds=time.perf_counter() - state.started,
            received=(request.content_length or 0) if "CONTENT_LENGTH" in request.environ else 0,
            sent=response.content_length,
        )

    return count


@cache
def template(rule: str) -> str:
    """The path of a rule in the form of OpenAPI."""
    return _VARIABLE.sub(r"{\1}", rule)
