"""Typed access to what belongs to the current application and the current request."""

from __future__ import annotations

import time
from typing import cast

from flask import current_app, g

from services.container import RequestLimits, Services
from services.errors import OCRServiceError

__all__ = ["ErrorClass", "ErrorClasses", "RequestLimits", "services", "traceparent", "uptime_seconds"]

#: An error as controllers list it for the API description.
ErrorClass = type[OCRServiceError]
ErrorClasses = tuple[ErrorClass, ...]


def services() -> Services:
    return cast(Services, current_app.extensions["services"])


def traceparent() -> str:
    """The W3C traceparent of the request's span. Empty without tracing."""
    return cast(str, g.span.traceparent) if "span" in g else ""


def uptime_seconds() -> float:
    started: float = current_app.config["STARTED"]
    return round(time.monotonic() - started, 1)
