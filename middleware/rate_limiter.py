"""How many requests that create work a client may send: counted in Redis, or in this process while Redis is down."""

from __future__ import annotations

import time

import structlog
from flask import Flask, Response, g
from flask_limiter import Limiter, RateLimitExceeded
from limits import RateLimitItem, parse

from middleware.access_log import is_probe
from middleware.error_handler import problem_response
from services.errors import RateLimited

log = structlog.get_logger(__name__)

SCOPE = "work"
HEADERS = ("X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset")


def make_limiter(settings) -> Limiter:
    """A limiter over one budget, shared by all endpoints that `limited` decorates and by all web processes."""
    options = (
        {} if settings.broker_url.startswith("unix://") else {"socket_timeout": 0.5, "socket_connect_timeout": 0.5}
    )
    return Limiter(
        key_func=_client,
        strategy="moving-window",
        storage_uri=storage_url(settings.broker_url),
        storage_options=options,
        in_memory_fallback_enabled=True,
        # Its own headers would overwrite Retry-After, which tells here when to ask for a job again.
        headers_enabled=False,
        enabled=settings.rate_limit_enabled,
    )


def _client() -> str:
    """Each owner has a budget of its own."""
    return g.owner


def storage_url(url: str) -> str:
    """`limits` spells a Unix socket's address in its own way."""
    return "redis+" + url if url.startswith("unix://") else url


def shared_limit(limiter: Limiter, settings):
    """The decorator for views that create work: they share one budget for each client."""
    return limiter.shared_limit(limit_text(settings), scope=SCOPE)


def limit_text(settings) -> str:
    return f"{settings.rate_limit_requests} per {settings.rate_limit_window}"


def limiter_of(app: Flask) -> Limiter:
    """The limiter that `init_app` installed."""
    return app.extensions["work_limiter"]


def init_app(app: Flask, settings) -> None:
    limiter = make_limiter(settings)
    limiter.init_app(app)
    app.extensions["work_limiter"] = limiter
    item = parse(limit_text(settings))

    @app.after_request
    def _add_headers(response: Response) -> Response:
        """Every response except a probe's reports the client's remaining requests."""
        if settings.rate_limit_enabled and not is_probe():
            response.headers.update(_headers(limiter, item))
        return response

    @app.errorhandler(RateLimitExceeded)
    def _limit_exceeded(error: RateLimitExceeded) -> Response:
        current = limiter.current_limit
        return problem_response(
            RateLimited(
                f"Too many requests. Limit: {limit_text(settings)}",
                retry_after=max(1, int(current.reset_at - time.time())) if current else 60,
                remaining=current.remaining if current else 0,
            )
        )


def _headers(limiter: Limiter, item: RateLimitItem) -> dict[str, str]:
    try:
        reset, remaining = limiter.limiter.get_window_stats(item, _client(), SCOPE)
    except Exception:  # whatever the limiter's storage raises: the response is more important than this header
        log.debug("no rate limit headers", exc_info=True)
        return {}
    return dict(zip(HEADERS, (str(item.amount), str(remaining), str(int(reset) + 1)), strict=True))
