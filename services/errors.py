"""All errors of the service. Each class declares its code, title, kind, default message and remedy once.

    OCRServiceError
    ├── MalformedRequest, ModelUnavailable, MissingFile, EmptyFile, UploadIncomplete
    ├── InvalidOption: PageOutOfRange, UnknownLanguage, UrlNotAllowed
    ├── Unauthorized, Forbidden, InvalidSignature, EndpointNotFound, MethodNotAllowed, JobNotFound, BatchNotFound
    ├── DeadLetterNotFound
    ├── NotAcceptable, JobCancelled, OutputNotRequested, OutputFailed, IdempotencyInFlight, UploadFinished
    ├── UploadExpired, ResultExpired, LengthRequired
    ├── PayloadTooLarge, UnsupportedMediaType, RateLimited, IdempotencyConflict, UploadMismatch, UploadMissing
    ├── QuotaExceeded (TooManyJobs), AccountNotFound, AccessKeyNotFound, EmailTaken, TooManyKeys, KeyReplaced
    ├── UnprocessableFile: UnsupportedType, CorruptFile, TruncatedFile, EncryptedFile, TooManyPages, TooManyPixels,
    │                      FetchFailed, WrongPassword
    ├── JobFailed, RetriesExhausted, InternalError, StillRunning
    ├── PageFailed: PageTimeout, PageCrashed, ResultTooLarge
    └── ServiceUnavailable: RedisUnavailable (RedisFull), QueueFull, MemoryShort, StorageUnavailable, NotReady

`middleware/error_catalog.py` maps kinds to HTTP statuses. The OpenAPI description and `docs/errors.md` are generated.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import ClassVar, Literal

#: What an error means to the client. Several errors share a kind.
Kind = Literal[
    "invalid", "unauthorized", "forbidden", "not_found", "method_not_allowed", "not_acceptable", "conflict", "gone",
    "length_required", "too_large", "unsupported_media_type", "unprocessable", "rate_limited", "internal",
    "unavailable", "timeout",
]  # fmt: skip


class OCRServiceError(Exception):
    """Base of all expected errors.

    `problem` says what is wrong and `remedy` what to do; `message` (for the client: `detail`) is both, unless the error
    was raised with a message of its own. A message never contains a path, a secret or a traceback: the cause goes to
    the log. `extra` holds further fields for the client. `retryable`: another attempt can help.
    """

    code: ClassVar[str] = ""  # empty: the class only groups others
    title: ClassVar[str] = ""
    kind: ClassVar[Kind] = "internal"
    problem: ClassVar[str] = ""
    remedy: ClassVar[str] = ""
    retryable: ClassVar[bool] = False

    def __init_subclass__(cls, code: str = "", title: str = "", kind: Kind | None = None) -> None:
        if code:
            cls.code = code
            cls.title = title or code.replace("_", " ").capitalize()
        cls.kind = kind or cls.kind

    def __init__(self, message: str = "", **extra: object) -> None:
        self.message = message or f"{self.problem} {self.remedy}".strip()
        self.extra = extra
        super().__init__(self.message)

    def as_dict(self) -> dict[str, str]:
        """The error as stored in job records and reported for a page or a file of a batch."""
        return {"code": self.code, "title": self.title, "detail": self.message}


class MalformedRequest(OCRServiceError, code="bad_request", kind="invalid"):
    problem = "The request is malformed."
    remedy = "Compare the request with the API description at /docs."


class InvalidOption(OCRServiceError, code="invalid_option", kind="invalid"):
    remedy = "Correct or remove the option named in `detail`."


class PageOutOfRange(InvalidOption, code="page_out_of_range"):
    remedy = "Request only pages that the document has."


class UrlNotAllowed(InvalidOption, code="url_not_allowed", title="URL not allowed"):
    remedy = "Name a file on the public internet with https:// or http://, or send the file itself."


class UnknownLanguage(InvalidOption, code="unsupported_language"):
    remedy = "Choose a `lang` listed by GET /capabilities."


class ModelUnavailable(OCRServiceError, code="model_not_available", kind="invalid"):
    remedy = "Ask the operator to run the command in `detail`, or choose another `lang`."


class MissingFile(OCRServiceError, code="missing_file", title="No file", kind="invalid"):
    remedy = "Send multipart/form-data with the field named in `detail`."


class EmptyFile(OCRServiceError, code="empty_file", kind="invalid"):
    problem = "The file is empty."
    remedy = "Send an image or a PDF."


class UploadIncomplete(OCRServiceError, code="upload_incomplete", kind="invalid"):
    problem = "The upload ended early."
    remedy = "Send the whole file again to the same address."


class Unauthorized(OCRServiceError, code="unauthorized", kind="unauthorized"):
    problem = "The API key is missing or unknown."
    remedy = "Send a valid key in the header `Authorization: Bearer KEY`."


class Forbidden(OCRServiceError, code="forbidden", kind="forbidden"):
    remedy = "Use a key that has this permission, or ask the operator."


class InvalidSignature(OCRServiceError, code="invalid_signature", kind="forbidden"):
    remedy = "Send the file to the unchanged `upload_url`, with the `headers` returned with it."


class EndpointNotFound(OCRServiceError, code="not_found", kind="not_found"):
    problem = "Not found."
    remedy = "See /docs for the available endpoints."


class JobNotFound(OCRServiceError, code="job_not_found", kind="not_found"):
    problem = "No job has this id."
    remedy = "Check the id, or send the file again. Jobs are deleted some time after they end."


class BatchNotFound(OCRServiceError, code="batch_not_found", kind="not_found"):
    problem = "No batch has this id."
    remedy = "Check the id. Batches are deleted together with their jobs."


class DeadLetterNotFound(OCRServiceError, code="not_a_dead_letter", kind="not_found"):
    problem = "No dead letter has this id."
    remedy = "List them with GET /admin/dead-letters."


class MethodNotAllowed(OCRServiceError, code="method_not_allowed", kind="method_not_allowed"):
    remedy = "Use a method listed in the Allow header."


class NotAcceptable(OCRServiceError, code="not_acceptable", title="No such format", kind="not_acceptable"):
    remedy = "Send an `Accept` header or the option `format` with one of the formats listed in `detail`."


class JobCancelled(OCRServiceError, code="job_cancelled", kind="conflict"):
    problem = "The job was cancelled and has no result."
    remedy = "Send the file again if you need the result."


class OutputNotRequested(OCRServiceError, code="output_not_requested", title="Output not created", kind="conflict"):
    remedy = "Send the file again with the option `outputs` naming the format, or to /ocr/predict with `format`."


class OutputFailed(OCRServiceError, code="output_failed", title="Output not created", kind="unprocessable"):
    problem = "This file could not be created from the uploaded file. The result is available in the other formats."
    remedy = "Open the file in a viewer, save it again and send the new file."


class IdempotencyInFlight(OCRServiceError, code="idempotency_in_flight", title="Request in progress", kind="conflict"):
    problem = "The first request with this Idempotency-Key is still in progress."
    remedy = "Repeat this request after the first one has been answered."


class UploadFinished(OCRServiceError, code="upload_finished", kind="conflict"):
    problem = "The file of this job was already uploaded."
    remedy = "To send another file, announce it with POST /ocr/uploads."


class UploadExpired(OCRServiceError, code="upload_expired", kind="gone"):
    problem = "The file did not arrive in time."
    remedy = "Announce the file again and send it before `expires_at`."


class ResultExpired(OCRServiceError, code="result_expired", kind="gone"):
    problem = "The result of this job has expired."
    remedy = "Send the file again, and fetch results within RESULT_TTL seconds."


class LengthRequired(OCRServiceError, code="length_required", kind="length_required"):
    problem = "The request has no Content-Length."
    remedy = "Send this header, and do not use chunked encoding."


class PayloadTooLarge(OCRServiceError, code="payload_too_large", kind="too_large"):
    remedy = "Send a smaller file, or fewer files in one batch."


class UnsupportedMediaType(OCRServiceError, code="unsupported_media_type", kind="unsupported_media_type"):
    remedy = "Send the type named in `detail`."


class RateLimited(OCRServiceError, code="rate_limited", title="Rate limit exceeded", kind="rate_limited"):
    remedy = "Wait for Retry-After seconds, then send requests more slowly."


class QuotaExceeded(OCRServiceError, code="quota_exceeded", kind="rate_limited"):
    remedy = "Wait until `resets_at`, or ask the operator for a higher limit."


class TooManyJobs(QuotaExceeded):
    problem = "The account has as many running jobs as it may have."


class AccountNotFound(OCRServiceError, code="account_not_found", kind="not_found"):
    problem = "No account has this id."
    remedy = "List them with GET /admin/accounts."


class AccessKeyNotFound(OCRServiceError, code="key_not_found", kind="not_found"):
    problem = "The account has no API key with this id."
    remedy = "List the account's keys. Their ids are not the keys themselves."


class EmailTaken(OCRServiceError, code="email_taken", title="E-mail address in use", kind="conflict"):
    problem = "An account with this e-mail address exists."
    remedy = "Use its API key, or ask the operator for a new one."


class TooManyKeys(OCRServiceError, code="too_many_keys", kind="conflict"):
    problem = "The account has as many API keys as it may have."
    remedy = "Revoke keys that are no longer used. Revoked and expired keys are removed after 30 days."


class KeyReplaced(OCRServiceError, code="key_replaced", kind="conflict"):
    problem = "This API key has been replaced and works only for a short time."
    remedy = "Use the new key."


class IdempotencyConflict(OCRServiceError, code="idempotency_conflict", title="Key reused", kind="unprocessable"):
    problem = "This Idempotency-Key was already used for a different request."
    remedy = "Use a new key for each request."


class UnprocessableFile(OCRServiceError, code="unprocessable_file", kind="unprocessable"):
    remedy = "Send another file."


class UnsupportedType(UnprocessableFile, code="unsupported_type", title="Unsupported file type"):
    remedy = "Send JPEG, PNG, BMP, TIFF, WebP, GIF, HEIC, AVIF, JPEG 2000 or PDF. The content decides, not the name."


class CorruptFile(UnprocessableFile, code="corrupt_file"):
    remedy = "Open the file in a viewer, save it again and send the new file."


class TruncatedFile(UnprocessableFile, code="truncated_file"):
    remedy = "Send the whole file. Its end is missing."


class EncryptedFile(UnprocessableFile, code="encrypted_file"):
    problem = "The PDF needs a password."
    remedy = "Send it with the option `password`, or remove the password and send the file again."


class WrongPassword(UnprocessableFile, code="wrong_password"):
    problem = "The password does not open the PDF."
    remedy = "Send the file again with the right `password`."


class FetchFailed(UnprocessableFile, code="fetch_failed", title="File not fetched"):
    problem = "The file could not be fetched from its URL in time."
    remedy = "Check that anyone can download it there, or send the file itself."


class TooManyPages(UnprocessableFile, code="too_many_pages"):
    remedy = "Split the document, or ask the operator to raise MAX_PDF_PAGES."


class TooManyPixels(UnprocessableFile, code="too_many_pixels", title="Image too large"):
    remedy = "Send the image at a lower resolution."


class UploadMismatch(OCRServiceError, code="upload_mismatch", title="Not the announced file", kind="unprocessable"):
    remedy = "Announce the real size and type of the file."


class UploadMissing(OCRServiceError, code="upload_missing", kind="unprocessable"):
    problem = "The uploaded file no longer exists."
    remedy = "Send the file again. Operators: check that nothing deletes files in UPLOAD_FOLDER."


class JobFailed(OCRServiceError, kind="unprocessable"):
    """Reports the stored error of a failed job: code, title and message are the job's own."""

    def __init__(self, error: Mapping[str, str]) -> None:
        super().__init__(error["detail"])
        self.code = error["code"]  # type: ignore[misc]  # the one error whose code is known only at run time
        self.title = error["title"]  # type: ignore[misc]


class PageFailed(OCRServiceError, code="page_failed", kind="unprocessable"):
    problem = "The page could not be read."
    remedy = "Send the page in another format or at another resolution."


class PageTimeout(PageFailed, code="page_timeout", title="Page timed out"):
    problem = "The page took longer than the time limit."
    remedy = "Send the page at a lower resolution."


class PageCrashed(PageFailed, code="page_crashed", title="Page could not be processed"):
    problem = "The page crashed its worker process twice and was not tried again."
    remedy = "Send the page in another format."


class ResultTooLarge(PageFailed, code="result_too_large"):
    remedy = "Split the page or the document, or send it without `detail=word`."


class RetriesExhausted(OCRServiceError, code="retries_exhausted", title="Job failed", kind="unprocessable"):
    problem = "Every attempt failed because of an error in the service."
    remedy = "Send the file again later, and report the request id to the operator."


class InternalError(OCRServiceError, code="internal_error"):
    problem = "An internal error occurred. The cause is in the server log."
    remedy = "Report the request id to the operator."


class StillRunning(OCRServiceError, code="still_running", title="Result not ready", kind="timeout"):
    # Of interfaces whose clients cannot wait any longer. `location`: where the result of the job will be.
    problem = "The job has not ended yet. It goes on."
    remedy = "Fetch its result from the address in the header `Location`, or send the file again later."


class ServiceUnavailable(OCRServiceError, code="service_unavailable", kind="unavailable"):
    remedy = "Try again after Retry-After seconds."
    retryable = True


class RedisUnavailable(ServiceUnavailable, code="redis_unavailable", title="Service unavailable"):
    problem = "The job store (Redis) is unreachable. Nothing was accepted."
    remedy = "Try again shortly. Operators: start Redis."


class RedisFull(RedisUnavailable):
    problem = "The job store (Redis) is full. Nothing was accepted."
    remedy = "Try again later, when results have expired."


class QueueFull(ServiceUnavailable, code="queue_full"):
    # A new job would wait longer than MAX_QUEUE_WAIT. `seconds`: until the queue is short enough again.
    problem = "The job queue is full. Nothing was accepted."
    remedy = "Try again after Retry-After seconds. Operators: add workers."

    def __init__(self, seconds: float = 5.0) -> None:
        retry_after = max(1, math.ceil(seconds))
        super().__init__(f"{self.problem} Try again in {retry_after} s.", retry_after=retry_after)


class MemoryShort(ServiceUnavailable, code="memory_short", title="Out of memory"):
    problem = "The server is out of memory. Nothing was accepted."
    remedy = "Try again shortly. Operators: add memory."


class StorageUnavailable(ServiceUnavailable, code="storage_unavailable"):
    problem = "The upload could not be stored (no space or no access). Nothing was accepted."
    remedy = "Try again later. Operators: free disk space."


class NotReady(ServiceUnavailable, code="not_ready"):
    remedy = "Wait until a worker has loaded its model. Operators: see GET /health."


#: A job that ends with one of these becomes a dead letter: the file may be good, so an operator can replay the job.
DEAD_LETTER_CODES = frozenset(
    error.code for error in (PageCrashed, PageFailed, RetriesExhausted, ServiceUnavailable, StorageUnavailable)
)


def all_errors(base: type[OCRServiceError] = OCRServiceError) -> Iterator[type[OCRServiceError]]:
    """Every error class with a code of its own, in the order of declaration within each group."""
    for error in base.__subclasses__():
        if error.code and error.code != base.code:
            yield error
        yield from all_errors(error)
