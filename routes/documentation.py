"""OpenAPI, Swagger UI and ReDoc. Their scripts and styles are served locally, so they work without internet access."""

import json
from importlib.metadata import distribution
from pathlib import Path
from typing import Any

from apispec.ext.marshmallow.openapi import OpenAPIConverter
from flask import Flask, Response, send_from_directory
from flask_smorest import Api
from marshmallow.fields import Field

from routes.blueprint import PROBLEM
from routes.schemas.jobs import PageEvent
from routes.schemas.service import Problem

#: The wheel that contains the built assets of Swagger UI and ReDoc. Its code is not imported.
ASSETS_DISTRIBUTION = "drf-spectacular-sidecar"
ASSETS_PATH = "/docs/assets"
#: The pages that load them.
PAGES_FOLDER = Path(__file__).with_name("pages")
PAGES = {"/docs": "swagger.html", "/docs/swagger.js": "swagger.js", "/redoc": "redoc.html"}
#: Both use inline styles and images from data: URLs, and ReDoc's search runs in a worker created from a blob.
#: Everything else is blocked, including ReDoc's logo, which is on a server of its vendor.
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "connect-src 'self'; worker-src blob:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)

DESCRIPTION = """\
Text with positions from images and PDFs.

Send a file to `/ocr/predict` and get the text in the response. Or send it to `/ocr/image`, `/ocr/pdf` or `/ocr/batch`,
get a job, and fetch its result when it has ended:

    curl -F file=@scan.jpg http://127.0.0.1:5000/ocr/predict

Job options are form fields or query parameters, the same for all endpoints. An unknown option is an error.
Every error is an `application/problem+json` document (RFC 9457) with a `code` for programs and a `detail` for people.
Every response has an `X-Request-ID`: the one that the client sent, or a new one.
"""

API_KEY = (
    "For /ocr and /auth: the API key of an account, or one of API_KEYS. Whether /ocr needs one, the operator decides. "
    "For /admin: ADMIN_TOKEN, or a key with the scope `admin`. `X-API-Key` works, too."
)


class DescribedApi(Api):  # type: ignore[misc]  # flask-smorest has no type information
    """Describes errors as problem documents, and omits features of flask-smorest that this API does not use."""

    ERROR_SCHEMA = Problem
    DEFAULT_ERROR_RESPONSE_NAME = "Problem"
    _document = b""

    def _openapi_json(self) -> Response:
        """Serve the description, which is written once: that takes 0.2 s, and anyone may ask for it."""
        self._document = self._document or json.dumps(self.spec.to_dict(), separators=(",", ":")).encode()
        return Response(self._document, mimetype="application/json")

    def _register_error_handlers(self) -> None:
        """`middleware/error_handler.py` handles errors. The handler of flask-smorest would replace it."""

    def _register_pagination_header(self) -> None:
        """The API has no pagination headers."""


def init_app(app: Flask, version: str) -> Api:
    """Registers `/openapi.json`, `/docs`, `/redoc` and their assets."""
    source = app.config["SOURCE_URL"]
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
            **({"externalDocs": {"url": source, "description": "Source code"}} if source else {}),
        },
    )
    api = DescribedApi(app)
    api.spec.components.schema("PageEvent", schema=PageEvent)
    api.spec.components.security_scheme("Key", {"type": "http", "scheme": "bearer", "description": API_KEY})
    content = {PROBLEM: {"schema": Problem}}
    api.spec.components.response("Problem", {"description": "Any other error", "content": content})
    events_token = {"type": "http", "scheme": "bearer", "description": "The setting UPLOAD_EVENTS_TOKEN."}
    api.spec.components.security_scheme("uploadEvents", events_token)
    api.ma_plugin.converter.add_parameter_attribute_function(default_in_description)
    app.add_url_rule(f"{ASSETS_PATH}/<path:name>", "docs_assets", _asset)
    for path, name in PAGES.items():
        # `defaults` instead of functools.partial: Flask-Limiter needs the `__name__` of the view.
        app.add_url_rule(path, name, _page, defaults={"name": name})
    return api


def default_in_description(self: OpenAPIConverter, field: Field[Any], ret: dict[str, Any]) -> dict[str, Any]:
    """Move the default of a query parameter into its description.

    Swagger UI sends the defaults in schemas. The form fields have them already, and an option may be sent only once.
    """
    schema = dict(ret["schema"])
    default = schema.pop("default", "")
    suffix = f" Default: `{default}`." if default != "" else ""
    return {"schema": schema, "description": ret["description"] + suffix}


def _asset(name: str) -> Response:
    folder = distribution(ASSETS_DISTRIBUTION).locate_file("drf_spectacular_sidecar/static/drf_spectacular_sidecar")
    return send_from_directory(str(folder), name, max_age=86_400)


def _page(name: str) -> Response:
    response = send_from_directory(PAGES_FOLDER, name)
    response.headers["Content-Security-Policy"] = POLICY
    return response
