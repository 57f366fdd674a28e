"""OpenAPI, Swagger UI and ReDoc, with their assets served from here: they work without internet."""

from __future__ import annotations

import importlib.util
from pathlib import Path

from flask import Flask, send_from_directory
from flask_smorest import Api

#: The wheel that carries the built assets of both; nothing of it is imported.
ASSETS_PACKAGE = "drf_spectacular_sidecar"
ASSETS_PATH = "/docs/assets"


def init_app(app: Flask, version: str) -> Api:
    """Registers `/openapi.json`, `/docs`, `/redoc` and their assets."""
    app.config.update(
        API_TITLE="PaddleOCR service",
        API_VERSION=version,
        OPENAPI_VERSION="3.1.0",
        OPENAPI_URL_PREFIX="/",
        OPENAPI_JSON_PATH="openapi.json",
        OPENAPI_SWAGGER_UI_PATH="docs",
        OPENAPI_SWAGGER_UI_URL=f"{ASSETS_PATH}/swagger-ui-dist/",
        OPENAPI_REDOC_PATH="redoc",
        OPENAPI_REDOC_URL=f"{ASSETS_PATH}/redoc/bundles/redoc.standalone.js",
        API_SPEC_OPTIONS={
            "info": {
                "description": "Text with positions from pictures and PDFs.",
                "license": {"name": "AGPL-3.0-or-later", "identifier": "AGPL-3.0-or-later"},
            }
        },
    )
    app.add_url_rule(f"{ASSETS_PATH}/<path:name>", "docs_assets", _asset)
    return Api(app)


def _asset(name: str):
    return send_from_directory(_assets_folder(), name, max_age=86_400)


def _assets_folder() -> Path:
    spec = importlib.util.find_spec(ASSETS_PACKAGE)
    return Path(spec.submodule_search_locations[0]) / "static" / ASSETS_PACKAGE
