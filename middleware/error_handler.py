"""One place turns every fault into one shape: `application/problem+json` (RFC 9457).

The cause goes to the log, the remedy to the client.
"""

from __future__ import annotations

import structlog
from flask import Flask, Response, current_app, json, request
from werkzeug.exceptions import HTTPException, MethodNotAllowed, NotFound, RequestEntityTooLarge

from middleware.error_catalog import BY_STATUS, problem_body
from middleware.request_id import request_id
from services.errors import JobFailed, OCRServiceError, StorageUnavailable

log = structlog.get_logger(__name__)

#: Seconds after which a client may try again when the service could not work.
RETRY_SECONDS = 5


def init_app(app: Flask) -> None:
    app.register_error_handler(OCRServiceError, _domain_error)
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(OSError, _disk_error)
    app.register_error_handler(Exception, _unexpected)


def problem(code: str, detail: str, **extra) -> dict:
    """The body of an error of this request; `extra` as in `problem_body`."""
    # A host that cannot be one leaves the address of the error's kind relative.
    base = request.host_url if request.host else "/"
    return problem_body(code, detail, request_id(), base=base, **extra)


def problem_response(body: dict, headers: dict | None = None) -> Response:
    """An error as the answer of this request."""
    response = Response(json.dumps(body), status=body["status"], content_type="application/problem+json")
    response.headers.update(headers or {})
    if body["status"] == 503:
        response.headers.setdefault("Retry-After", str(RETRY_SECONDS))
    return response


def _domain_error(error: OCRServiceError) -> Response:
    # What made a job fail is no fault of the request that asks for its result, whatever it was.
    status = 422 if isinstance(error, JobFailed) else None
    body = problem(error.code, error.message, title=error.title, status=status, **error.extra)
    if body["status"] >= 500:
        log.warning("request refused", code=error.code, exc_info=error.__cause__)
    headers = {"Retry-After": str(error.extra["retry_after"])} if "retry_after" in error.extra else {}
    if body["status"] == 401:
        headers["WWW-Authenticate"] = "Bearer"
    return problem_response(body, headers)


def _http_error(error: HTTPException) -> Response:
    if error.response is not None:
        return error.response
    status = error.code or 500
    code = BY_STATUS.get(status, "bad_request" if status < 500 else "internal_error")
    body = problem(code, _detail(error), title=None if status in BY_STATUS else error.name, status=status)
    headers = {name: value for name, value in error.get_headers() if name in ("Allow", "Retry-After")}
    return problem_response(body, headers)


def _detail(error: HTTPException) -> str:
    if isinstance(error, RequestEntityTooLarge):
        most, parts, field = (
            current_app.config[name] for name in ("MAX_CONTENT_LENGTH", "MAX_FORM_PARTS", "MAX_FORM_MEMORY_SIZE")
        )
        if request.max_content_length is not None and request.max_content_length < most:
            return f"The request is too large. The most that is taken here is {request.max_content_length} bytes."
        return (
            f"The request is too large. The most that is taken is {most} bytes ({most / 2**20:.0f} MB) in all, "
            f"in no more than {parts} files and fields, and {field} bytes in a field that is no file."
        )
    if isinstance(error, NotFound):
        return "There is nothing at this address. What there is stands at /docs."
    if isinstance(error, MethodNotAllowed):
        return f"{request.method} is not possible here. Possible: {', '.join(sorted(error.valid_methods or ()))}."
    return error.description or error.name


def _disk_error(error: OSError) -> Response:
    """The only files a request touches are uploads, so a fault of the disk means that one could not be stored."""
    log.error("disk fault", exc_info=error)
    return problem_response(problem(StorageUnavailable.code, StorageUnavailable().message))


def _unexpected(error: Exception) -> Response:
    log.error("unexpected error", exc_info=error)
    return problem_response(problem("internal_error", "Something went wrong in the service. Its log has the cause."))
