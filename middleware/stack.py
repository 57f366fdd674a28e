"""Installs all middleware in order."""

from collections.abc import Collection

from flask import Flask, Request, Response, g, request

from middleware import access_log, api_keys, cors, error_handler, host_header, metrics, request_id, tracing
from middleware.api_keys import KeyRules
from middleware.client_address import with_client_address
from middleware.foreign_interfaces import foreign_interfaces
from middleware.rate_limiter import RateLimit, WorkRateLimiter
from middleware.security_headers import with_security_headers
from middleware.steps import After, Before, State
from middleware.view_marks import Mark, marks_of, paths_with
from services.telemetry.request_metrics import RequestMetrics
from services.telemetry.tracing import Tracer
from utils import environ_keys


def install(
    app: Flask,
    *,
    key_rules: KeyRules,
    tracer: Tracer | None,
    cors_origins: Collection[str],
    rate_limit: RateLimit,
    trusted_proxies: Collection[str],
    public_path: str = "",
) -> None:
    """key_rules: its prefixes are also the paths that web pages of other origins may use.

    tracer: None if requests are not traced. public_path: of PUBLIC_URL.
    """
    limiter = WorkRateLimiter(rate_limit)
    services = app.extensions["services"]
    app.extensions["key_rules"] = key_rules
    request_metrics = app.extensions["request_metrics"] = RequestMetrics(lambda: paths_with(app, Mark.PROBE))
    before: list[Before] = [
        request_id.begin,
        access_log.begin,
        host_header.check,
        api_keys.Authentication(
            key_rules, lambda: services.authenticator, lambda: services.accounts.audit, foreign_interfaces(app)
        ),
    ]
    after: list[After] = [limiter.add_headers]
    app.teardown_request(request_id.unbind)
    if tracer:
        before.append(tracing.make_beginner(tracer))
        after.append(tracing.record_status)
        app.teardown_request(tracing.end)
    before.append(_resume)
    if cors_origins:
        cross_origin = cors.CrossOrigin(cors_origins, key_rules.prefixes)
        before.append(cross_origin.answer_preflight)
        after.append(cross_origin.add_headers)
    after += [metrics.make_counter(request_metrics), access_log.make_writer(), request_id.add_header]
    _add_steps(app, before, after)
    limiter.init_app(app)
    error_handler.init_app(app)
    application = with_client_address(with_security_headers(app.wsgi_app), trusted_proxies, public_path)
    app.wsgi_app = application  # type: ignore[method-assign,assignment]  # as Flask documents it


def _resume(request: Request, state: State) -> Response | None:
    """A request that waited for a job continues here. It skips the view, which has already run."""
    respond = request.environ.pop(environ_keys.RESUME, None)
    return respond() if respond else None


def _add_steps(app: Flask, before: list[Before], after: list[After]) -> None:
    """Flask runs two functions for all steps. They get the request itself: each access to Flask's proxy is slow."""

    @app.before_request
    def run_before() -> Response | None:
        current, state = _current()
        state.marks = marks_of(app.view_functions.get(current.endpoint or ""))
        for step in before:
            if response := step(current, state):
                return response
        return None

    @app.after_request
    def run_after(response: Response) -> Response:
        current, state = _current()
        for step in after:
            step(current, state, response)
        return response


def _current() -> tuple[Request, State]:
    return request._get_current_object(), g._get_current_object()  # type: ignore[attr-defined]  # of LocalProxy
