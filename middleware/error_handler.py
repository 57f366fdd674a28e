"""Turns every error into one response format: `application/problem+json` (RFC 9457).

The client gets the remedy; the cause goes to the log.
"""

from collections.abc import Mapping
from typing import Any

import structlog
from flask import Flask, Response, current_app, json, request
from werkzeug.exceptions import HTTPException, MethodNotAllowed, NotFound, RequestEntityTooLarge

from middleware.error_catalog import BY_STATUS, class_for_status, problem_body, status_of
from middleware.foreign_interfaces import foreign_interfaces
from middleware.request_id import HEADER, request_id
from services import errors
from services.errors import OCRServiceError

log = structlog.get_logger(__name__)

PROBLEM = "application/problem+json"
#: Retry-After of a 503 that names no time of its own.
RETRY_SECONDS = 5


def init_app(app: Flask) -> None:
    app.register_error_handler(OCRServiceError, _domain_error)
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(OSError, _disk_error)
    app.register_error_handler(Exception, _unexpected)


def problem_response(
    error: OCRServiceError, *, title: str = "", status: int = 0, headers: Mapping[str, str] | None = None
) -> Response:
    """The error as the response to the current request."""
    status = status or status_of(type(error))
    fields = dict(headers or {})
    if "retry_after" in error.extra:
        fields["Retry-After"] = str(error.extra["retry_after"])
    if "location" in error.extra:
        fields["Location"] = str(error.extra["location"])
    if status == 503:
        fields.setdefault("Retry-After", str(RETRY_SECONDS))
    if interface := foreign_interfaces(current_app).of(request.method, request.path):
        return _foreign_response(*interface.error(error, status, request_id()), fields)
    if status == 401:
        fields["WWW-Authenticate"] = "Bearer"
    # Without a valid Host header the `type` stays a relative address.
    own = f"{request.scheme}://{request.host}{request.script_root}" if request.host else request.script_root
    base = f"{current_app.config['PUBLIC_URL'].rstrip('/') or own}/"
    body = problem_body(error, request_id(), base=base, title=title, status=status)
    return Response(json.dumps(body), status, fields, content_type=PROBLEM)


def _foreign_response(status: int, body: Any, own: Mapping[str, str], fields: Mapping[str, str]) -> Response:
    """In the form of the interface that the request belongs to. own: its headers. fields: the usual ones."""
    if isinstance(body, str):
        return Response(body, status, {**fields, **own}, mimetype="text/plain")
    return Response(json.dumps(body), status, {**fields, **own}, mimetype="application/json")


def error_before_application(status: int, title: str, message: str, request_id: str) -> tuple[dict[str, str], bytes]:
    """Headers and body for a request that never reaches the application: the server could not parse it.

    `message` is empty if the client is not at fault.
    """
    error = class_for_status(status if message or status >= 500 else 500)(message)
    body = problem_body(error, request_id, title=title, status=status)
    return {"Content-Type": PROBLEM, HEADER: request_id}, json.dumps(body).encode()


def _domain_error(error: OCRServiceError) -> Response:
    # A full queue is counted instead: under load it rejects thousands of requests.
    if status_of(type(error)) >= 500 and not isinstance(error, errors.QueueFull):
        log.warning("request rejected", code=error.code, exc_info=error.__cause__)
    return problem_response(error)


def _http_error(error: HTTPException) -> Response:
    if isinstance(error.response, Response):
        return error.response
    status = error.code or 500
    headers = {name: value for name, value in error.get_headers() if name in ("Allow", "Retry-After")}
    title = "" if status in BY_STATUS else error.name
    return problem_response(class_for_status(status)(_detail(error)), title=title, status=status, headers=headers)


def _detail(error: HTTPException) -> str:
    if isinstance(error, RequestEntityTooLarge):
        limits = ("MAX_CONTENT_LENGTH", "MAX_FORM_PARTS", "MAX_FORM_MEMORY_SIZE")
        total, parts, field = (current_app.config[name] for name in limits)
        if request.max_content_length is not None and request.max_content_length < total:
            return f"The request is too large. The limit here is {request.max_content_length} bytes."
        return (
            f"The request is too large. The limits are {total} bytes ({total / 2**20:.0f} MB) in total, "
            f"{parts} files and fields, and {field} bytes for a field that is not a file."
        )
    if isinstance(error, NotFound):
        return ""  # the default message of EndpointNotFound
    if isinstance(error, MethodNotAllowed):
        allowed = ", ".join(sorted(error.valid_methods or ()))
        return f"{request.method} is not allowed here. Allowed methods: {allowed}."
    return error.description or error.name


def _disk_error(error: OSError) -> Response:
    """The only files that a request touches are uploads, so a disk error means that one could not be stored."""
    log.error("disk error", exc_info=error)
    return problem_response(errors.StorageUnavailable())


def _unexpected(error: Exception) -> Response:
    log.error("unexpected error", exc_info=error)
    return problem_response(errors.InternalError())
