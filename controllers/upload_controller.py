"""Announced uploads: the announcement, the file itself, and the event notifications of S3."""

from __future__ import annotations

import hmac
from typing import Any, BinaryIO, cast
from urllib.parse import unquote_plus

from flask import Response, current_app, jsonify, make_response, request
from werkzeug.exceptions import BadRequest, ClientDisconnected

from controllers import responses
from controllers.addresses import absolute
from controllers.context import ErrorClasses, services
from controllers.idempotency import Outcome, mark_replayed, run_once
from controllers.submission import (
    ADMISSION_ERRORS,
    FILE_ERRORS,
    OPTION_ERRORS,
    check_file_size,
    document_options,
    new_record,
)
from services import errors
from services.jobs.idempotency import IdMaker
from services.uploads.service import Put
from utils.file_names import plain_name

#: Maximum body size of an event notification, in bytes.
MAX_EVENT_BYTES = 1 << 20

ANNOUNCE_ERRORS = (*OPTION_ERRORS, errors.PayloadTooLarge, errors.UnsupportedMediaType, *ADMISSION_ERRORS)
RECEIVE_ERRORS: ErrorClasses = (
    *(errors.MalformedRequest, errors.InvalidOption, errors.UploadIncomplete, errors.EmptyFile, errors.PageOutOfRange),
    *(errors.InvalidSignature, errors.JobNotFound, errors.UploadFinished, errors.JobCancelled, errors.UploadExpired),
    *(errors.LengthRequired, errors.PayloadTooLarge, errors.UploadMismatch),
    *FILE_ERRORS,
    *(errors.RateLimited, errors.QuotaExceeded, errors.Unauthorized),
    *(errors.RedisUnavailable, errors.StorageUnavailable),
)
EVENT_ERRORS = (
    *(errors.MalformedRequest, errors.InvalidOption, errors.Unauthorized, errors.Forbidden),
    *(errors.PayloadTooLarge, errors.RedisUnavailable),
)


def announce(options: dict[str, Any]) -> Response:
    """201 with the job and the address for its file. The job starts when the file has arrived."""
    chosen = document_options(options)
    uploads = services().uploads
    check_file_size(options["file_size"])

    def create(job_id: IdMaker) -> list[Outcome]:
        announced = {"file_size": options["file_size"], "content_type": options["content_type"]}
        name = plain_name(options["filename"])
        return [uploads.announce(new_record(job_id(0), name, chosen, options["callback_url"], **announced))]

    (record,), replayed = run_once([], options, create)
    if isinstance(record, errors.OCRServiceError):  # a replay whose job has been deleted
        raise record
    upload = uploads.address(record)
    body = {
        **responses.job_fields(record),
        "upload_url": _absolute(upload.url),
        "method": upload.method,
        "headers": upload.headers,
        "expires_at": responses.iso_time(upload.expires_at),
    }
    return mark_replayed(make_response(body, 201, {"Location": body["links"]["self"]}), replayed)


def _absolute(url: str) -> str:
    """url: of S3, or the path of a view without that of the service itself."""
    return absolute(f"{request.script_root}{url}" if url.startswith("/") else url)


def receive(job_id: str, signed: dict[str, str]) -> Response:
    """202: the file has arrived and its job has started."""
    put = Put(
        job_id=job_id,
        expires=signed["expires"],
        signature=signed["signature"],
        length=request.content_length,
        content_type=request.content_type or "",
        body=cast(BinaryIO, request.stream),
    )
    try:
        record = services().uploads.receive(put)
    except ClientDisconnected as error:
        raise errors.UploadIncomplete() from error
    if record.ended:
        services().jobs.result(record)  # raises if the job was cancelled or has failed in the meantime
    return responses.accepted(record)


def authenticate_events(token: str) -> None:
    """Check the sender before its body is read. Raises Forbidden if no token is configured, Unauthorized if it differs.

    Also limits the size of the body.
    """
    request.max_content_length = MAX_EVENT_BYTES
    if not token:
        raise errors.Forbidden("Upload events are disabled. The operator enables them with UPLOAD_EVENTS_TOKEN.")
    scheme, _, given = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not hmac.compare_digest(given.strip().encode(), token.encode()):
        raise errors.Unauthorized()


def events() -> Response:
    """Objects that S3 reports as created. The report is only a hint: a worker checks the object itself."""
    return jsonify(noticed=services().arrivals.hand_objects_to_workers(_created_objects(request.get_data())))


def _created_objects(body: bytes) -> list[str]:
    """Names of the created objects. A body without records, such as a test message, has none."""
    try:
        records = current_app.json.loads(body).get("Records") or [] if body.strip() else []
        created = [record for record in records if "ObjectCreated" in record["eventName"]]
        names = [unquote_plus(record["s3"]["object"]["key"]) for record in created]
        "".join(names).encode()  # raises for an unpaired surrogate
        return names
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError) as error:
        raise BadRequest("The body is not an S3 event notification: a JSON object with a list `Records`.") from error
