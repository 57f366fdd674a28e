"""Amazon Textract's synchronous operations: JSON with a file in base64, answered with blocks."""

from __future__ import annotations

import hashlib
import time
from typing import Any, BinaryIO, cast

from flask import Response, current_app, g, request

from controllers import sources
from controllers.compat import files, ignored, jobs, textract_blocks
from controllers.compat.aws_signature import Signature, SignedRequest
from controllers.context import services
from controllers.sources import UploadedFile
from services import errors
from services.errors import OCRServiceError
from services.jobs.record import JobRecord

SERVICE = "textract"
DETECT, ANALYZE = "Textract.DetectDocumentText", "Textract.AnalyzeDocument"
#: The field of the response with the version of the model, by operation.
OPERATIONS = {DETECT: "DetectDocumentTextModelVersion", ANALYZE: "AnalyzeDocumentModelVersion"}
FEATURES = (textract_blocks.TABLES, textract_blocks.LAYOUT)
CONTENT_TYPE = "application/x-amz-json-1.1"
#: Seconds. boto3 waits for 60 and then sends the request again, as it does after a 504.
WAIT_SECONDS = 50.0
_S3 = "S3Object"
_REMEDY = "Use an API key both as the access key id and as the secret access key."
#: Parameters of AnalyzeDocument that change nothing here.
_IGNORED = ("HumanLoopConfig", "AdaptersConfig", "QueriesConfig")
#: Amazon's exceptions for this service's errors, and for statuses.
_EXCEPTIONS = {
    "invalid_signature": "InvalidSignatureException",
    "not_found": "UnknownOperationException",
    "quota_exceeded": "LimitExceededException",
    "queue_full": "ProvisionedThroughputExceededException",
    "unsupported_type": "UnsupportedDocumentException",
    "encrypted_file": "UnsupportedDocumentException",
    "too_many_pages": "DocumentTooLargeException",
    "too_many_pixels": "DocumentTooLargeException",
    "empty_file": "BadDocumentException",
}
_BY_STATUS = {
    401: "UnrecognizedClientException",
    403: "AccessDeniedException",
    413: "DocumentTooLargeException",
    422: "BadDocumentException",
    429: "ThrottlingException",
}
#: Amazon sends these errors of the document with 400.
_UNPROCESSABLE = frozenset({405, 413, 415, 422})


class _HashedStream:
    """A body whose hash is known when it has been read."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream, self.hash = stream, hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        chunk = self._stream.read(size)
        self.hash.update(chunk)
        return chunk


def read_body(key: str) -> None:
    """Raises InvalidSignature if the request of a known client is not signed with its key. Its files go to the disk."""
    request.max_content_length = services().uploads.max_json_bytes
    hashed = _HashedStream(cast(BinaryIO, request.stream))
    request.stream = hashed  # type: ignore[assignment]  # where json_body() reads it
    g.textract_body = sources.json_body()
    if not g.access:
        return
    signature = Signature.parse(request.headers.get("Authorization", ""))
    signed = SignedRequest(
        method=request.method,
        # A proxy may have added a prefix that the client did not use, or removed one that it did.
        paths=(request.path, request.script_root + request.path),
        query=request.query_string.decode("latin-1"),
        headers={name.lower(): value for name, value in request.headers.items()},
        body_hash=hashed.hash.hexdigest(),
    )
    secret = key.encode("latin-1", "replace")
    problem = signature.problem(signed, secret, SERVICE, time.time()) if signature else "The request is not signed."
    if problem:
        raise errors.InvalidSignature(problem)


def call() -> Response:
    """200 with the blocks of the document, after `read_body`. Raises StillRunning if it takes too long."""
    jobs.require_reading()
    operation = request.headers.get("X-Amz-Target", "")
    if operation not in OPERATIONS:
        raise errors.EndpointNotFound(f"Only these operations exist here: {', '.join(OPERATIONS)}.")
    body: dict[str, Any] = g.textract_body
    features = _features(body) if operation == ANALYZE else ()
    chosen = jobs.options(detail="word")
    record = jobs.submit(_document(body), chosen)

    def respond(current: JobRecord) -> Response:
        if not current.ended:
            raise jobs.still_running(current)
        return _response(jobs.document(current), operation, features)

    return jobs.wait_for(record, WAIT_SECONDS, respond)


def error_response(error: OCRServiceError, status: int, request_id: str) -> tuple[int, Any, dict[str, str]]:
    name = _EXCEPTIONS.get(error.code) or _BY_STATUS.get(status)
    if error.extra.get("option") == _S3:
        name = "InvalidS3ObjectException"
    message = f"{error.problem} {_REMEDY}" if isinstance(error, errors.Unauthorized) else error.message
    name = name or ("InternalServerError" if status >= 500 else "InvalidParameterException")
    body = {"__type": name, "message": f"{message} ({error.code})", "code": error.code}
    return 400 if status in _UNPROCESSABLE else status, body, {"x-amzn-RequestId": request_id}


def _response(result: dict[str, Any], operation: str, features: tuple[str, ...]) -> Response:
    """A document with a page that failed is an error: clients would take it for an empty page."""
    for page in result["pages"]:
        if not page["success"]:
            raise errors.JobFailed({**page["error"], "detail": f"Page {page['page']}: {page['error']['detail']}"})
    body = {**textract_blocks.response(result, features), OPERATIONS[operation]: "1.0"}
    headers = {"x-amzn-RequestId": g.request_id}
    return Response(current_app.json.dumps(body), 200, headers, content_type=CONTENT_TYPE)


def _features(body: dict[str, Any]) -> tuple[str, ...]:
    wanted = body.get("FeatureTypes")
    if not isinstance(wanted, list) or not wanted or any(feature not in FEATURES for feature in wanted):
        raise errors.InvalidOption(
            f"`FeatureTypes` must be a list of: {', '.join(FEATURES)}. Other features do not exist here.",
            option="FeatureTypes",
        )
    for name in _IGNORED:
        if name in body:
            ignored.ignore(name)
    return tuple(wanted)


def _document(body: dict[str, Any]) -> UploadedFile:
    document = body.get("Document")
    if isinstance(document, dict) and "Bytes" in document:
        return files.embedded(document["Bytes"], "Document.Bytes")
    if isinstance(document, dict) and _S3 in document:
        raise errors.InvalidOption("Objects in S3 are not read. Send the file in `Document.Bytes`.", option=_S3)
    raise errors.InvalidOption("`Document` must have `Bytes`: the file in base64.", option="Document")
