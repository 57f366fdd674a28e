"""How many requests that create work a client may send: counted in Redis, or in this process while Redis is down."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable

import structlog
from flask import Flask, Response, g
from flask_limiter import Limiter, RateLimitExceeded
from limits import parse

from middleware.access_log import is_probe
from middleware.error_handler import problem, problem_response

log = structlog.get_logger(__name__)

SCOPE = "work"
#: Answers before the application tell what was known of the client's budget so many seconds ago; of so many clients.
KNOWN_SECONDS, MOST_KNOWN = 1.0, 10_000
#: (client, whether only what is known just now will do) -> headers.
HeaderTeller = Callable[[str, bool], Iterable[tuple[str, str]]]
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


def init_app(app: Flask, limiter: Limiter, settings) -> HeaderTeller:
    """Returns what tells the state of a client's budget, for answers that are not made in the application."""
    limiter.init_app(app)
    teller = _teller(limiter, settings)

    @app.after_request
    def _tell(response: Response) -> Response:
        """Every answer but a probe's tells the state of the client's budget, whether it cost something or not."""
        if not is_probe():
            response.headers.update(teller(_client(), True))
        return response

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

    return teller


def _teller(limiter: Limiter, settings) -> HeaderTeller:
    if not settings.rate_limit_enabled:
        return lambda client, fresh: ()
    item = parse(limit_text(settings))
    known: dict[str, tuple[float, tuple]] = {}

    def tell(client: str, fresh: bool) -> tuple[tuple[str, str], ...]:
        now = time.monotonic()
        found = known.get(client)
        if found and not fresh and now - found[0] < KNOWN_SECONDS:
            return found[1]
        try:
            reset, remaining = limiter.limiter.get_window_stats(item, client, SCOPE)
        except Exception:  # whatever its storage raises: a header is not worth an answer
            log.debug("no rate limit headers", exc_info=True)
            return ()
        headers = tuple(zip(HEADERS, (str(item.amount), str(remaining), str(int(reset) + 1)), strict=True))
        if len(known) >= MOST_KNOWN:
            known.clear()
        known[client] = now, headers
        return headers

    return tell
