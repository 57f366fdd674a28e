"""Errors of the domain: a code that programs read and a message that is safe to send to a client.

Each class names its `code` once. The web door turns the code into a status (`middleware/error_handler.py`); the worker
writes it into the job record. The cause stays in `__cause__` and goes to the log alone.
"""

from __future__ import annotations

import math


class OCRServiceError(Exception):
    """Base of all expected faults.

    `code` is the machine-readable name, `title` a short headline, `message` says what is wrong and what to do; it never
    holds a path, a secret or a traceback. `retryable` tells the worker whether another try can help.
    """

    code = "internal_error"
    title = "Internal error"
    retryable = False

    def __init__(self, message: str, **extra: object) -> None:
        super().__init__(message)
        self.message = message
        self.extra = extra


class InvalidOption(OCRServiceError):
    """An option is unknown, malformed or cannot be honoured; the message names it."""

    code = "invalid_option"
    title = "Invalid option"


class MissingFile(OCRServiceError):
    code = "missing_file"
    title = "No file"


class EmptyFile(OCRServiceError):
    code = "empty_file"
    title = "Empty file"


class UnprocessableFile(OCRServiceError):
    """The file as sent can never be processed; subclasses tell why."""

    code = "unprocessable_file"
    title = "File cannot be processed"


class UnsupportedType(UnprocessableFile):
    code = "unsupported_type"
    title = "Unsupported file type"


class CorruptFile(UnprocessableFile):
    code = "corrupt_file"
    title = "Corrupt file"


class TruncatedFile(UnprocessableFile):
    code = "truncated_file"
    title = "Truncated file"


class EncryptedFile(UnprocessableFile):
    code = "encrypted_file"
    title = "Encrypted file"


class TooManyPages(UnprocessableFile):
    code = "too_many_pages"
    title = "Too many pages"


class TooManyPixels(UnprocessableFile):
    code = "too_many_pixels"
    title = "Picture too large"


class PageOutOfRange(InvalidOption):
    code = "page_out_of_range"
    title = "Page out of range"


class PayloadTooLarge(OCRServiceError):
    code = "payload_too_large"
    title = "Payload too large"


class LengthRequired(OCRServiceError):
    code = "length_required"
    title = "Length required"

    def __init__(self) -> None:
        super().__init__("The request does not tell its length. Send the header Content-Length, and no chunks.")


class InvalidSignature(OCRServiceError):
    """An upload's address, or the request sent to it, is not what was signed."""

    code = "invalid_signature"
    title = "Invalid signature"


class UploadIncomplete(OCRServiceError):
    code = "upload_incomplete"
    title = "Upload incomplete"

    def __init__(self) -> None:
        super().__init__("The file did not arrive whole. Send it again to the same address.")


class UploadMismatch(OCRServiceError):
    """Another file came than was announced."""

    code = "upload_mismatch"
    title = "Not the announced file"


class UploadExpired(OCRServiceError):
    code = "upload_expired"
    title = "Upload expired"

    def __init__(self) -> None:
        super().__init__("The file did not come in time. Announce it again, and send it before `expires_at`.")


class UploadFinished(OCRServiceError):
    code = "upload_finished"
    title = "Upload finished"

    def __init__(self) -> None:
        super().__init__("The file of this job has come already. Announce another one to send it.")


class UploadMissing(OCRServiceError):
    """A file that a job needs is not in the storage any more."""

    code = "upload_missing"
    title = "Upload gone"

    def __init__(self) -> None:
        super().__init__("The uploaded file is not there any more. Send it again.")


class JobNotFound(OCRServiceError):
    code = "job_not_found"
    title = "Job not found"

    def __init__(self) -> None:
        super().__init__("There is no job of this id. Check the id, or send the file again.")


class ResultExpired(OCRServiceError):
    code = "result_expired"
    title = "Result expired"

    def __init__(self) -> None:
        super().__init__("The result of this job is past its time to live. Send the file again.")


class JobCancelled(OCRServiceError):
    code = "job_cancelled"
    title = "Job cancelled"

    def __init__(self) -> None:
        super().__init__("This job was cancelled, so it has no result.")


class JobFailed(OCRServiceError):
    """A finished job's own fault, told again: `code`, `title` and `message` are the job's."""

    def __init__(self, code: str, title: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.title = title


class PageFailed(OCRServiceError):
    """All that could be recognised of a job's only page failed."""

    code = "page_failed"
    title = "Page failed"


class PageTimeout(PageFailed):
    code = "page_timeout"
    title = "Page timed out"

    def __init__(self, seconds: int) -> None:
        super().__init__(f"The page was given up after {seconds} seconds. Send it at a lower resolution.")


class PageCrashed(PageFailed):
    code = "page_crashed"
    title = "Page could not be processed"

    def __init__(self) -> None:
        super().__init__("The page stopped the worker that read it, twice, and was given up.")


class RetriesExhausted(OCRServiceError):
    code = "retries_exhausted"
    title = "Job failed"

    def __init__(self) -> None:
        super().__init__("The job failed on every try through a fault of the service. Send the file again later.")


class NotADeadLetter(OCRServiceError):
    code = "not_a_dead_letter"
    title = "Not a dead letter"

    def __init__(self) -> None:
        super().__init__("There is no dead letter of this id. GET /admin/dead-letters lists those there are.")


class IdempotencyConflict(OCRServiceError):
    code = "idempotency_conflict"
    title = "Idempotency key used before"

    def __init__(self) -> None:
        super().__init__("This Idempotency-Key was used for another request. Use a new key for each piece of work.")


class IdempotencyInFlight(OCRServiceError):
    code = "idempotency_in_flight"
    title = "Request in flight"

    def __init__(self) -> None:
        super().__init__(
            "The first request with this Idempotency-Key has not been answered yet. Send it again shortly."
        )


class Unauthorized(OCRServiceError):
    code = "unauthorized"
    title = "Unauthorized"

    def __init__(self) -> None:
        super().__init__("The key is missing or unknown. Send it in the header `Authorization: Bearer KEY`.")


class Forbidden(OCRServiceError):
    code = "forbidden"
    title = "Forbidden"


class ModelUnavailable(OCRServiceError):
    """No model for the language asked for is on this machine; the message names the model and its install command."""

    code = "model_not_available"
    title = "Model not available"


class UnknownLanguage(InvalidOption):
    code = "unsupported_language"
    title = "Unsupported language"


class ServiceUnavailable(OCRServiceError):
    """The service cannot work now; a later try can succeed."""

    code = "service_unavailable"
    title = "Service unavailable"
    retryable = True


class RedisUnavailable(ServiceUnavailable):
    code = "redis_unavailable"
    title = "Service unavailable"

    def __init__(self) -> None:
        super().__init__("The job store (Redis) cannot be reached right now. Nothing was accepted; try again shortly.")


class RedisFull(RedisUnavailable):
    """Redis has filled its memory but for what the work under way needs."""

    def __init__(self) -> None:
        OCRServiceError.__init__(
            self, "The job store (Redis) is full. Nothing was accepted; try again later, when results have expired."
        )


class MemoryShort(ServiceUnavailable):
    code = "memory_short"
    title = "Out of memory"

    def __init__(self) -> None:
        super().__init__("The server has no memory left for more work. Nothing was accepted; try again shortly.")


class QueueFull(ServiceUnavailable):
    """More work waits than can be done in the time that a job may wait."""

    code = "queue_full"
    title = "Queue full"

    def __init__(self, seconds: float) -> None:
        retry_after = max(1, math.ceil(seconds))
        super().__init__(
            f"More jobs wait than can be worked on in time. Nothing was accepted; try again in {retry_after} s.",
            retry_after=retry_after,
        )


class StorageUnavailable(ServiceUnavailable):
    code = "storage_unavailable"
    title = "Storage unavailable"

    def __init__(self) -> None:
        super().__init__(
            "The upload could not be stored (no space or no access). Nothing was accepted; try again later."
        )


#: Faults for which the file may not be to blame: a job that ends with one can be looked at, and worked on once more.
DEAD_LETTER_CODES = frozenset(
    {
        PageCrashed.code,
        PageFailed.code,
        RetriesExhausted.code,
        ServiceUnavailable.code,
        StorageUnavailable.code,
    }
)
