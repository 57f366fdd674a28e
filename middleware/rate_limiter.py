"""How many requests that create work a client may send: counted in Redis, or in this process while Redis is down."""

from __future__ import annotations

import time

from flask import Flask, Response
from flask_limiter import Limiter, RateLimitExceeded
from flask_limiter.util import get_remote_address

from middleware.error_handler import problem, problem_response

SCOPE = "work"


def make_limiter(settings) -> Limiter:
    """A limiter over one budget, shared by all endpoints that `limited` decorates and by all web processes."""
    options = {} if settings.broker_url.startswith("unix://") else {"socket_timeout": 0.5, "socket_connect_timeout": 0.5}
    return Limiter(
        key_func=get_remote_address,
        strategy="moving-window",
        storage_uri=storage_url(settings.broker_url),
        storage_options=options,
        in_memory_fallback_enabled=True,
        headers_enabled=True,
        key_prefix="ocr",
        enabled=settings.rate_limit_enabled,
    )


def storage_url(url: str) -> str:
    """`limits` spells a Unix socket's address in its own way."""
    return "redis+" + url if url.startswith("unix://") else url


def shared_limit(limiter: Limiter, settings):
    """The decorator for views that create work: they share one budget for each client."""
    return limiter.shared_limit(limit_text(settings), scope=SCOPE)


def limit_text(settings) -> str:
    return f"{settings.rate_limit_requests} per {settings.rate_limit_window}"


def init_app(app: Flask, limiter: Limiter, settings) -> None:
    limiter.init_app(app)

    @app.errorhandler(RateLimitExceeded)
    def _too_many(error: RateLimitExceeded) -> Response:
        current = limiter.current_limit
        retry_after = max(1, int(current.reset_at - time.time())) if current else 60
        body = problem(
            "rate_limited",
            f"Too many requests. Limit: {limit_text(settings)}",
            retry_after=retry_after,
            remaining=current.remaining if current else 0,
        )
        return problem_response(body, {"Retry-After": str(retry_after)})
