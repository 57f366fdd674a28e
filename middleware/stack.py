"""All middleware, in order: `before_request` functions run in this order, `after_request` functions in reverse."""

from __future__ import annotations

from flask import Flask

from middleware import (
    access_log,
    api_keys,
    client_address,
    cors,
    error_handler,
    metrics,
    rate_limiter,
    request_id,
    resumed_requests,
    security_headers,
    tracing,
)
from middleware.view_marks import Mark, paths_with
from services.telemetry.request_metrics import RequestMetrics


def install(app: Flask, settings) -> None:
    request_id.init_app(app)
    access_log.init_app(app)
    metrics.init_app(app, RequestMetrics(lambda: paths_with(app, Mark.PROBE)))
    api_keys.init_app(app, settings.api_keys, settings.admin_token)
    if settings.otel_exporter_otlp_endpoint:
        tracing.init_app(app)
    resumed_requests.init_app(app)
    security_headers.init_app(app)
    cors.init_app(app, settings.cors_origins)
    error_handler.init_app(app)
    rate_limiter.init_app(app, settings)
    client_address.init_app(app, settings.trusted_proxies)
