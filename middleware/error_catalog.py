"""Every error code that a client can meet: its status, its title and what to do about it.

`GET /errors/{code}` tells the entry, which is where the `type` of each answer points. `docs/errors.md` is made from it:
`python -m middleware.error_catalog > docs/errors.md`.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ErrorKind:
    status: int
    title: str
    remedy: str


CATALOG: dict[str, ErrorKind] = {
    "bad_request": ErrorKind(400, "Bad request", "Compare the request with the API's description at /docs."),
    "invalid_option": ErrorKind(400, "Invalid option", "Correct or leave out the option that the detail names."),
    "page_out_of_range": ErrorKind(400, "Page out of range", "Ask only for pages that the document has."),
    "unsupported_language": ErrorKind(400, "Unsupported language", "Choose a `lang` that GET /capabilities lists."),
    "model_not_available": ErrorKind(
        400, "Model not available", "Have the operator run the command in the detail, or choose another `lang`."
    ),
    "missing_file": ErrorKind(400, "No file", "Send multipart/form-data with the field that the detail names."),
    "empty_file": ErrorKind(400, "Empty file", "Check the file; nothing arrived of it."),
    "upload_incomplete": ErrorKind(400, "Upload incomplete", "Send the whole file again, to the same address."),
    "unauthorized": ErrorKind(401, "Unauthorized", "Send a key of API_KEYS in the header `Authorization: Bearer KEY`."),
    "forbidden": ErrorKind(403, "Forbidden", "Use a key that has the right, or ask the operator."),
    "invalid_signature": ErrorKind(
        403, "Invalid signature", "Send the file to the `upload_url` as it was given, with the `headers` given with it."
    ),
    "not_found": ErrorKind(404, "Not found", "Check the address; /docs lists all there are."),
    "job_not_found": ErrorKind(
        404, "Job not found", "Check the job's id; ids are forgotten some time after their end."
    ),
    "not_a_dead_letter": ErrorKind(404, "Not a dead letter", "See GET /admin/dead-letters for those there are."),
    "method_not_allowed": ErrorKind(405, "Method not allowed", "Use a method that the Allow header lists."),
    "job_cancelled": ErrorKind(409, "Job cancelled", "Send the file again if the result is wanted after all."),
    "idempotency_in_flight": ErrorKind(
        409, "Request in flight", "Send the request again when the first one has been answered."
    ),
    "upload_finished": ErrorKind(409, "Upload finished", "Announce another file with POST /ocr/uploads."),
    "upload_expired": ErrorKind(410, "Upload expired", "Announce the file again and send it before `expires_at`."),
    "result_expired": ErrorKind(410, "Result expired", "Send the file again; fetch results within RESULT_TTL seconds."),
    "length_required": ErrorKind(411, "Length required", "Send the header Content-Length, and no chunks."),
    "payload_too_large": ErrorKind(413, "Payload too large", "Send a smaller file, or fewer in one batch."),
    "unsupported_media_type": ErrorKind(415, "Unsupported media type", "Send the type that the detail names."),
    "idempotency_conflict": ErrorKind(
        422, "Idempotency key used before", "Use a new Idempotency-Key for each piece of work."
    ),
    "unprocessable_file": ErrorKind(422, "File cannot be processed", "Send another file."),
    "unsupported_type": ErrorKind(
        422, "Unsupported file type", "Send JPEG, PNG, BMP, TIFF, WebP, GIF or PDF; the content counts, not the name."
    ),
    "corrupt_file": ErrorKind(422, "Corrupt file", "Open the file in a viewer, save it anew and send that."),
    "truncated_file": ErrorKind(422, "Truncated file", "Send the whole file; its end is missing."),
    "encrypted_file": ErrorKind(422, "Encrypted file", "Remove the password and send the file again."),
    "too_many_pages": ErrorKind(422, "Too many pages", "Split the document, or have MAX_PDF_PAGES raised."),
    "too_many_pixels": ErrorKind(422, "Picture too large", "Send the picture at a lower resolution."),
    "upload_mismatch": ErrorKind(422, "Not the announced file", "Announce the size and type that the file really has."),
    "upload_missing": ErrorKind(
        422, "Upload gone", "Send the file again; operators: see that nobody empties UPLOAD_FOLDER."
    ),
    "page_failed": ErrorKind(422, "Page failed", "Send the page as another format or at another resolution."),
    "page_timeout": ErrorKind(422, "Page timed out", "Send the page at a lower resolution."),
    "page_crashed": ErrorKind(422, "Page could not be processed", "Send the page in another format."),
    "retries_exhausted": ErrorKind(422, "Job failed", "Send the file again later; tell the operator the request id."),
    "rate_limited": ErrorKind(429, "Rate limit exceeded", "Wait for Retry-After seconds, then go on more slowly."),
    "internal_error": ErrorKind(500, "Internal error", "Tell the operator the request id; the cause is in the log."),
    "service_unavailable": ErrorKind(503, "Service unavailable", "Try again after Retry-After seconds."),
    "redis_unavailable": ErrorKind(
        503, "Service unavailable", "Try again after Retry-After seconds; operators: start Redis."
    ),
    "queue_full": ErrorKind(503, "Queue full", "Try again after Retry-After seconds; operators: more workers."),
    "memory_short": ErrorKind(503, "Out of memory", "Try again after Retry-After seconds; operators: more memory."),
    "storage_unavailable": ErrorKind(503, "Storage unavailable", "Try again later; operators: free disk space."),
    "not_ready": ErrorKind(503, "Not ready", "Wait for a worker to load its model; operators: see GET /health."),
}

#: Errors of the framework, by status.
BY_STATUS = {
    400: "bad_request",
    401: "unauthorized",
    403: "forbidden",
    404: "not_found",
    405: "method_not_allowed",
    413: "payload_too_large",
    415: "unsupported_media_type",
    429: "rate_limited",
    500: "internal_error",
    503: "service_unavailable",
}


def slug(code: str) -> str:
    """A code as it stands in the `type` of an error: rate_limited -> rate-limited."""
    return code.replace("_", "-")


def problem_body(
    code: str,
    detail: str,
    request_id: str,
    *,
    base: str = "/",
    title: str | None = None,
    status: int | None = None,
    **extra,
) -> dict:
    """The body of an error (RFC 9457); `base` is this service's address, `extra` are members of the kind at hand."""
    kind = CATALOG.get(code, CATALOG["internal_error"])
    title = title or kind.title
    return {
        "type": f"{base}errors/{slug(code)}",
        "title": title,
        "status": status or kind.status,
        "code": code,
        "detail": detail,
        "error": title,
        "message": detail,
        "request_id": request_id,
        **extra,
    }


def page() -> str:
    """The catalog as `docs/errors.md`."""
    rows = [f"| `{code}` | {kind.status} | {kind.title} | {kind.remedy} |" for code, kind in CATALOG.items()]
    return "\n".join(
        [
            "# Errors",
            "",
            "Every error is an `application/problem+json` (RFC 9457). Its `code` is one of these, its `detail` says",
            "what is wrong in the case at hand, and its `type` leads to `GET /errors/{code}`, which tells this again.",
            "A file of a batch and a page of a document that failed alone bear the same codes.",
            "",
            "Made from `middleware/error_catalog.py`.",
            "",
            "| code | status | title | what to do |",
            "|---|---|---|---|",
            *rows,
            "",
        ]
    )


if __name__ == "__main__":
    sys.stdout.write(page())
