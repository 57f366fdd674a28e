"""OpenAPI, Swagger UI and ReDoc, with their scripts and styles served from here: they work without internet."""

from __future__ import annotations

import importlib.util
from pathlib import Path

from flask import Flask, Response, send_from_directory
from flask_smorest import Api

from routes.blueprint import PROBLEM
from routes.schemas.problems import Problem

#: The wheel that carries the built assets of both; nothing of it is imported.
ASSETS_PACKAGE = "drf_spectacular_sidecar"
ASSETS_PATH = "/docs/assets"
#: Pages of our own that start them, and where they are.
PAGES_FOLDER = Path(__file__).with_name("pages")
PAGES = {"/docs": "swagger.html", "/docs/swagger.js": "swagger.js", "/redoc": "redoc.html"}
#: Both write styles into the page, draw pictures from data: addresses, and ReDoc searches in a worker made from a blob.
#: Nothing else, and nothing from anywhere else: ReDoc's logo, which lies on a server of its makers, stays away.
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "connect-src 'self'; worker-src blob:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)

DESCRIPTION = """\
Text with positions from pictures and PDFs.

Send a file to `/ocr/predict` and read the text in the answer, or send it to `/ocr/image`, `/ocr/pdf` or `/ocr/batch`,
get a job, and fetch its result when it has ended:

    curl -F file=@scan.jpg http://127.0.0.1:5000/ocr/predict

Options of a job are form fields or query parameters, the same everywhere; one that is not known is refused.
Every error is an `application/problem+json` (RFC 9457) whose `code` tells programs what is wrong, and whose `detail`
tells people. Each answer bears an `X-Request-ID`: the one that was sent, or a new one.
"""

KEY = "One of API_KEYS for /ocr, where the operator has set any; ADMIN_TOKEN for /admin. `X-API-Key` is taken as well."


class DescribedApi(Api):
    """Errors are described as what they are, and nothing is described that is not there."""

    ERROR_SCHEMA = Problem
    DEFAULT_ERROR_RESPONSE_NAME = "Problem"

    def _register_pagination_header(self) -> None:
        """Nothing is paged by headers here."""


def init_app(app: Flask, version: str) -> Api:
    """Registers `/openapi.json`, `/docs`, `/redoc` and their assets."""
    app.config.update(
        API_TITLE="PaddleOCR service",
        API_VERSION=version,
        OPENAPI_VERSION="3.1.0",
        OPENAPI_URL_PREFIX="/",
        OPENAPI_JSON_PATH="openapi.json",
        API_SPEC_OPTIONS={
            "info": {
                "description": DESCRIPTION,
                "license": {"name": "AGPL-3.0-or-later", "identifier": "AGPL-3.0-or-later"},
            },
            "security": [{}, {"Key": []}],
        },
    )
    api = DescribedApi(app)
    api.spec.components.security_scheme("Key", {"type": "http", "scheme": "bearer", "description": KEY})
    content = {PROBLEM: {"schema": Problem}}
    api.spec.components.response("Problem", {"description": "Any other error", "content": content})
    told_to_s3 = {"type": "http", "scheme": "bearer", "description": "UPLOAD_EVENTS_TOKEN of the settings."}
    api.spec.components.security_scheme("uploadEvents", told_to_s3)
    api.ma_plugin.converter.add_parameter_attribute_function(default_in_words)
    app.add_url_rule(f"{ASSETS_PATH}/<path:name>", "docs_assets", _asset)
    for path, name in PAGES.items():
        app.add_url_rule(path, name, _page, defaults={"name": name})
    return api


def default_in_words(self, field, ret: dict) -> dict:
    """A query parameter tells its default in words.

    Swagger UI sends machine-readable defaults along; the form fields have them, and an option may be sent only once.
    """
    schema = dict(ret["schema"])
    default = schema.pop("default", "")
    words = f" Default: `{default}`." if default != "" else ""
    return {"schema": schema, "description": ret["description"] + words}


def _asset(name: str) -> Response:
    return send_from_directory(_assets_folder(), name, max_age=86_400)


def _page(name: str) -> Response:
    response = send_from_directory(PAGES_FOLDER, name)
    response.headers["Content-Security-Policy"] = POLICY
    return response


def _assets_folder() -> Path:
    spec = importlib.util.find_spec(ASSETS_PACKAGE)
    return Path(spec.submodule_search_locations[0]) / "static" / ASSETS_PACKAGE
