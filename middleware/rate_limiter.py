"""How many requests that create work a client may send: counted in Redis, or in this process while Redis is down."""

from __future__ import annotations

import time

import structlog
from flask import Flask, Response, g
from flask_limiter import Limiter, RateLimitExceeded
from limits import parse

from middleware.access_log import is_probe
from middleware.error_handler import problem, problem_response

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


def init_app(app: Flask, limiter: Limiter, settings) -> None:
    limiter.init_app(app)
    app.after_request(lambda response: _tell(response, limiter, settings))

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


def _tell(response: Response, limiter: Limiter, settings) -> Response:
    """Every answer but a probe's tells the state of the client's budget, whether it cost something or not."""
    if not settings.rate_limit_enabled or is_probe():
        return response
    item = parse(limit_text(settings))
    try:
        reset, remaining = limiter.limiter.get_window_stats(item, _client(), SCOPE)
    except Exception:  # whatever its storage raises: a header is not worth an answer
        log.debug("no rate limit headers", exc_info=True)
        return response
    values = (item.amount, remaining, int(reset) + 1)
    response.headers.update({name: str(value) for name, value in zip(HEADERS, values, strict=True)})
    return response
