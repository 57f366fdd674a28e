"""Errors over HTTP: the status of each kind, and the catalogue of all codes, generated from `services/errors.py`.

The codes of warnings are in it too (`services/ocr_service/page_warnings.py`).

`GET /errors/{code}` returns one entry; the `type` of each error response points there. `make docs` writes
`docs/errors.md` with `python -m middleware.error_catalog`.
"""

import sys

from services import errors
from services.errors import Kind, OCRServiceError, all_errors
from services.ocr_service import page_warnings

STATUS: dict[Kind, int] = {
    "invalid": 400,
    "unauthorized": 401,
    "forbidden": 403,
    "not_found": 404,
    "method_not_allowed": 405,
    "not_acceptable": 406,
    "conflict": 409,
    "gone": 410,
    "length_required": 411,
    "too_large": 413,
    "unsupported_media_type": 415,
    "unprocessable": 422,
    "rate_limited": 429,
    "internal": 500,
    "unavailable": 503,
    "timeout": 504,
}


def status_of(error: type[OCRServiceError]) -> int:
    return STATUS[error.kind]


#: Every error class by its code, sorted by status.
CATALOG: dict[str, type[OCRServiceError]] = {error.code: error for error in sorted(all_errors(), key=status_of)}

WARNING_CODES = tuple(kind.code for kind in page_warnings.KINDS)

#: The classes that stand for errors of Flask and gunicorn, by status.
BY_STATUS: dict[int, type[OCRServiceError]] = {
    status_of(error): error
    for error in (
        errors.MalformedRequest,
        errors.Unauthorized,
        errors.Forbidden,
        errors.EndpointNotFound,
        errors.MethodNotAllowed,
        errors.PayloadTooLarge,
        errors.UnsupportedMediaType,
        errors.RateLimited,
        errors.InternalError,
        errors.ServiceUnavailable,
    )
}


def class_for_status(status: int) -> type[OCRServiceError]:
    """The class for an HTTP error of the framework. Statuses without one map to "bad request" or "internal error"."""
    return BY_STATUS.get(status, errors.MalformedRequest if status < 500 else errors.InternalError)


def problem_body(
    error: OCRServiceError, request_id: str, *, base: str = "/", title: str = "", status: int = 0
) -> dict[str, object]:
    """The body of an error response (RFC 9457). `base` is the address of this service as the client knows it."""
    title = title or error.title
    return {
        "type": f"{base}errors/{error.code.replace('_', '-')}",
        "title": title,
        "status": status or status_of(type(error)),
        "code": error.code,
        "detail": error.message,
        "error": title,
        "message": error.message,
        "request_id": request_id,
        **error.extra,
    }


PAGE = """\
# Errors

Every error response is an `application/problem+json` document (RFC 9457). `code` is one of the codes below. `detail`
says what is wrong in this case and what to do. `type` is the address of `GET /errors/{code}`, which returns the same
row. A file of a batch and a page of a document that fail alone report the same codes.

This page is generated from `services/errors.py` (`make docs`).

| code | status | title | what to do |
|---|---|---|---|
"""


WARNINGS_HEAD = """
# Warnings

A page that was read may have `warnings`: what the file shows or holds and the result does not. Each has a `code`, a
`detail` for this case and, if it concerns a part of the page, its `bbox`. This list is generated from
`services/ocr_service/page_warnings.py`.

| code | meaning | what to do |
|---|---|---|
"""


def page() -> str:
    """The catalogue as `docs/errors.md`."""
    rows = [f"| `{code}` | {status_of(e)} | {e.title} | {e.remedy} |\n" for code, e in CATALOG.items()]
    warnings = [f"| `{kind.code}` | {kind.title} | {kind.remedy} |\n" for kind in page_warnings.KINDS]
    return "".join([PAGE, *rows, WARNINGS_HEAD, *warnings])


if __name__ == "__main__":
    sys.stdout.write(page())
