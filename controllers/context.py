"""Typed access to what belongs to the current application and the current request."""

from __future__ import annotations

from typing import cast

from flask import current_app, g

from services.container import MIN_DPI, RequestLimits, Services
from services.errors import OCRServiceError

__all__ = ["MIN_DPI", "ErrorClass", "ErrorClasses", "RequestLimits", "services", "traceparent"]

#: An error as controllers list it for the API description.
ErrorClass = type[OCRServiceError]
ErrorClasses = tuple[ErrorClass, ...]


def services() -> Services:
    return cast(Services, current_app.extensions["services"])


def traceparent() -> str:
    """The W3C traceparent of the request's span. Empty without tracing."""
    return cast(str, g.span.traceparent) if "span" in g else ""
