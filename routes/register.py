"""Registers all routes: the API, its documentation and the command line."""

from collections.abc import Collection

from flask import Flask

from controllers.context import RequestLimits
from routes import account_admin, admin, auth, commands, compat, documentation, health, meta, ocr, uploads
from routes.blueprint import Decorator


def register(
    app: Flask,
    *,
    limits: RequestLimits,
    rate_limit: Decorator,
    upload_events_token: str,
    foreign: Collection[str],
    version: str,
) -> None:
    """rate_limit: decorator for views that create work. upload_events_token: empty if S3 events are not accepted.

    foreign: the interfaces of other services to add. Raises ValueError for an unknown one.
    """
    api = documentation.init_app(app, version)
    api.register_blueprint(ocr.make_blueprint(limits, rate_limit))
    api.register_blueprint(uploads.make_blueprint(limits, rate_limit, upload_events_token))
    api.register_blueprint(health.blueprint)
    api.register_blueprint(health.metrics_blueprint)
    api.register_blueprint(meta.make_blueprint(limits))
    api.register_blueprint(auth.blueprint)
    api.register_blueprint(admin.blueprint)
    api.register_blueprint(account_admin.blueprint)
    app.register_blueprint(commands.blueprint)
    compat.register(app, foreign, limits, rate_limit)
