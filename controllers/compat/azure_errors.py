"""Errors as the clients of Azure's services expect them."""

from __future__ import annotations

from typing import Any

from services.errors import OCRServiceError

#: What Azure calls errors with these statuses. All others of a client are `InvalidRequest`.
_CODES = {
    401: "401",  # as Azure's gateway answers
    403: "Forbidden",
    404: "NotFound",
    405: "MethodNotAllowed",
    409: "Conflict",
    410: "NotFound",
    413: "InvalidRequest",
    415: "UnsupportedMediaType",
    429: "TooManyRequests",
    500: "InternalServerError",
    503: "ServiceUnavailable",
}
_INVALID = "InvalidRequest"
#: Azure rejects files that it cannot read with 400.
_UNPROCESSABLE = 422


def response(error: OCRServiceError, status: int, request_id: str) -> tuple[int, Any, dict[str, str]]:
    """`error.innererror.code` is this service's own code."""
    status = 400 if status == _UNPROCESSABLE else status
    headers = {"apim-request-id": request_id}
    return status, {"error": body(error.code, error.message, _CODES.get(status, _INVALID))}, headers


def body(own_code: str, message: str, code: str = _INVALID) -> dict[str, Any]:
    """The error object, also of a job that failed."""
    return {"code": code, "message": message, "innererror": {"code": own_code, "message": message}}
