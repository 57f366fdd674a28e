"""All routes: the API, its documentation, and the command line."""

from __future__ import annotations

from flask import Flask

from middleware.rate_limiter import limiter_of
from routes import admin, commands, documentation, health, meta, metrics, ocr, uploads


def register(app: Flask, settings, version: str) -> None:
    limiter = limiter_of(app)
    api = documentation.init_app(app, version)
    api.register_blueprint(ocr.make_blueprint(settings, limiter))
    api.register_blueprint(uploads.make_blueprint(settings, limiter))
    api.register_blueprint(health.blueprint)
    api.register_blueprint(metrics.blueprint)
    api.register_blueprint(meta.blueprint)
    api.register_blueprint(admin.blueprint)
    app.register_blueprint(commands.blueprint)
