"""Which pages of other origins may use the API from a browser: the ones that the settings name, and no others.

Of our own, because it is this much: no cookies are used, so that an origin is allowed or it is not.
"""

from __future__ import annotations

from collections.abc import Collection

from flask import Flask, Response, request

ALLOWED_METHODS = "GET, POST, PUT, DELETE"
ALLOWED_HEADERS = "Authorization, Content-Type, Idempotency-Key, Last-Event-ID, traceparent, X-API-Key, X-Request-ID"
#: Beside those that a page may read anyway.
READABLE_HEADERS = "Location, Retry-After, X-RateLimit-Limit, X-RateLimit-Remaining, X-RateLimit-Reset, X-Request-ID"
#: Seconds for which a browser need not ask again.
MAX_AGE = 3600


def init_app(app: Flask, origins: Collection[str]) -> None:
    """`origins` as `https://a.example`, or `*` for all. Without any, no page of another origin may use anything."""
    if origins:
        app.before_request(lambda: _preflight() if _concerned() else None)
        app.after_request(lambda response: _allow(response, origins) if _concerned() else response)


def _concerned() -> bool:
    return request.path.startswith("/ocr/")


def _preflight() -> Response | None:
    """A browser asks before it sends what a form could not."""
    if request.method != "OPTIONS" or "Access-Control-Request-Method" not in request.headers:
        return None
    response = Response(status=204)
    response.headers["Access-Control-Allow-Methods"] = ALLOWED_METHODS
    response.headers["Access-Control-Allow-Headers"] = ALLOWED_HEADERS
    response.headers["Access-Control-Max-Age"] = str(MAX_AGE)
    return response


def _allow(response: Response, origins: Collection[str]) -> Response:
    response.vary.add("Origin")
    origin = request.headers.get("Origin", "")
    if "*" in origins or origin in origins:
        response.headers["Access-Control-Allow-Origin"] = "*" if "*" in origins else origin
        response.headers["Access-Control-Expose-Headers"] = READABLE_HEADERS
    return response
