"""One place turns every fault into one shape: `application/problem+json` (RFC 9457).

The cause goes to the log, the remedy to the client.
"""

from __future__ import annotations

import structlog
from flask import Flask, Response, current_app, json, request
from werkzeug.exceptions import HTTPException

from middleware.error_catalog import BY_STATUS, CATALOG, slug
from middleware.request_id import request_id
from services.errors import OCRServiceError, StorageUnavailable

log = structlog.get_logger(__name__)

#: Seconds after which a client may try again when the service could not work.
RETRY_SECONDS = 5


def init_app(app: Flask) -> None:
    app.register_error_handler(OCRServiceError, _domain_error)
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(OSError, _disk_error)
    app.register_error_handler(Exception, _unexpected)


def problem(code: str, detail: str, *, title: str | None = None, status: int | None = None, **extra) -> dict:
    """The body of an error; `extra` are members of the kind at hand (retry_after, filename, …)."""
    kind = CATALOG.get(code, CATALOG["internal_error"])
    title = title or kind.title
    return {
        "type": f"{request.host_url}errors/{slug(code)}",
        "title": title,
        "status": status or kind.status,
        "code": code,
        "detail": detail,
        "error": title,
        "message": detail,
        "request_id": request_id(),
        **extra,
    }


def problem_response(body: dict, headers: dict | None = None) -> Response:
    """An error as the answer of this request."""
    response = Response(json.dumps(body), status=body["status"], content_type="application/problem+json")
    response.headers.update(headers or {})
    if body["status"] == 503:
        response.headers.setdefault("Retry-After", str(RETRY_SECONDS))
    return response


def _domain_error(error: OCRServiceError) -> Response:
    body = problem(error.code, error.message, title=error.title, **error.extra)
    if body["status"] >= 500:
        log.warning("request refused", code=error.code, exc_info=error.__cause__)
    return problem_response(body)


def _http_error(error: HTTPException) -> Response:
    if error.response is not None:
        return error.response
    status = error.code or 500
    code = BY_STATUS.get(status, "bad_request" if status < 500 else "internal_error")
    body = problem(code, _detail(status, error), title=None if status in BY_STATUS else error.name, status=status)
    headers = {name: value for name, value in error.get_headers() if name in ("Allow", "Retry-After")}
    return problem_response(body, headers)


def _detail(status: int, error: HTTPException) -> str:
    if status == 413:
        limit = current_app.config["MAX_CONTENT_LENGTH"]
        return f"The request is larger than {limit} bytes ({limit / 2**20:.0f} MB), which is the most that is taken."
    return error.description or error.name


def _disk_error(error: OSError) -> Response:
    """The only files a request touches are uploads, so a fault of the disk means that one could not be stored."""
    log.error("disk fault", exc_info=error)
    return problem_response(problem(StorageUnavailable.code, StorageUnavailable().message))


def _unexpected(error: Exception) -> Response:
    log.error("unexpected error", exc_info=error)
    return problem_response(problem("internal_error", "Something went wrong in the service. Its log has the cause."))
