"""Limits how many requests that create work a client may send. Counts in Redis, or in memory while Redis is down.

The requests of an account are counted when its key is verified (`api_keys.py`); here only their headers are added.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import cast

import structlog
from flask import Flask, Request, Response, g
from flask_limiter import Limiter, RateLimitExceeded
from limits import parse

from middleware.error_handler import problem_response
from middleware.steps import State
from middleware.view_marks import Mark, View, mark
from services.accounts.authenticator import Access
from services.errors import RateLimited

log = structlog.get_logger(__name__)

SCOPE, FILES_SCOPE = "work", "files"
HEADERS = ("X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset")
_EXTENSION = "work_rate_limiter"


@dataclass(frozen=True, slots=True)
class RateLimit:
    """`requests` per `window` (second, minute, hour or day) and client, counted in the Redis at `redis_url`.

    The files of a batch beyond the first have a limit of their own. It is at least `batch_files`, so that a client may
    send a full batch in each window although a batch has more files than there may be requests.
    """

    requests: int
    window: str
    redis_url: str
    batch_files: int
    enabled: bool = True

    @property
    def files(self) -> int:
        return max(self.requests, self.batch_files)

    def __str__(self) -> str:
        return f"{self.requests} per {self.window}"


class WorkRateLimiter:
    """One limit for each client, shared by all endpoints that create work and by all web processes."""

    def __init__(self, limit: RateLimit) -> None:
        self._limit = limit
        self._item = parse(str(limit))
        self._files = parse(f"{limit.files} per {limit.window}")
        self._limiter = _make_limiter(limit)

    def init_app(self, app: Flask) -> None:
        self._limiter.init_app(app)
        app.register_error_handler(RateLimitExceeded, self._limit_exceeded)
        app.extensions[_EXTENSION] = self

    def limited(self, view: View) -> View:
        """Decorator for views that create work."""
        limit = self._limiter.shared_limit(str(self._limit), scope=SCOPE, exempt_when=_has_account)
        return mark(Mark.LIMITED)(cast(View, limit(view)))

    def count_file(self, client: str, access: Access | None = None) -> None:
        """Count a further file of a batch. Raises RateLimited."""
        if not self._limit.enabled:
            return
        limiter, files, text = self._limiter.limiter, self._files, f"{self._limit.files} per {self._limit.window}"
        if access and access.rate:
            text = f"{max(access.rate.limit, self._limit.batch_files)} per {access.rate.window} second"
            files = parse(text)
        try:
            if limiter.hit(files, client, FILES_SCOPE):
                return
            reset, _ = limiter.get_window_stats(files, client, FILES_SCOPE)
        except Exception:  # whatever the limiter's storage raises: without Redis no file is accepted anyway
            log.debug("file not counted", exc_info=True)
            return
        raise RateLimited(
            f"Too many files in batches. Limit: {text}. Nothing was accepted.",
            retry_after=max(1, int(reset - time.time()) + 1),
            remaining=0,
        )

    def add_headers(self, request: Request, state: State, response: Response) -> None:
        """Report the client's remaining requests in every response, except to probes."""
        if Mark.PROBE in state.marks:
            return
        access: Access | None = state.get("access")
        if access and not access.in_settings:
            if rate := access.rate:
                values = (str(rate.limit), str(rate.remaining), str(int(rate.resets_at) + 1))
                response.headers.update(zip(HEADERS, values, strict=True))
        elif self._limit.enabled:
            response.headers.update(self._headers(state.owner))

    def _headers(self, client: str) -> dict[str, str]:
        try:
            reset, remaining = self._limiter.limiter.get_window_stats(self._item, client, SCOPE)
        except Exception:  # whatever the limiter's storage raises: the response is more important than this header
            log.debug("no rate limit headers", exc_info=True)
            return {}
        return dict(zip(HEADERS, (str(self._item.amount), str(remaining), str(int(reset) + 1)), strict=True))

    def _limit_exceeded(self, error: RateLimitExceeded) -> Response:
        current = self._limiter.current_limit
        return problem_response(
            RateLimited(
                f"Too many requests. Limit: {self._limit}",
                retry_after=max(1, int(current.reset_at - time.time())) if current else 60,
                remaining=current.remaining if current else 0,
            )
        )


def count_file(app: Flask) -> None:
    """Count a further file of the current request, which is a batch. Raises RateLimited."""
    limiter: WorkRateLimiter = app.extensions[_EXTENSION]
    limiter.count_file(str(g.owner), g.access)


def _has_account() -> bool:
    return g.access is not None and not g.access.in_settings


def limited(app: Flask) -> Callable[[View], View]:
    """The decorator for views of this application that create work."""
    limiter: WorkRateLimiter = app.extensions[_EXTENSION]
    return limiter.limited


def _make_limiter(limit: RateLimit) -> Limiter:
    unix_socket = limit.redis_url.startswith("unix://")
    timeouts: dict[str, str | float] = {"socket_timeout": 0.5, "socket_connect_timeout": 0.5}
    return Limiter(
        key_func=lambda: str(g.owner),
        strategy="moving-window",
        # `limits` has a scheme of its own for Unix sockets.
        storage_uri="redis+" + limit.redis_url if unix_socket else limit.redis_url,
        storage_options={} if unix_socket else timeouts,  # type: ignore[arg-type]  # annotated as str, passed to Redis
        in_memory_fallback_enabled=True,
        # Its own headers would overwrite Retry-After, which says when to ask for a job again.
        headers_enabled=False,
        enabled=limit.enabled,
    )
