"""Shared by the controllers that create jobs: options and submission. `sources.py` finds the files."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any, cast

from flask import g, request

from controllers.context import ErrorClasses, services, traceparent
from controllers.sources import LinkedFile, Source
from services import errors
from services.accounts.account import READ
from services.exports.formats import OUTPUTS
from services.extraction.mrz.formats import FORMATS
from services.extraction.options import ALL, EXTRACT_NAMES, MASK_NAMES, canonical
from services.jobs.admission import UNCHECKED, Slot
from services.jobs.planner import KINDS
from services.jobs.record import JobRecord
from services.ocr_service.options import REGION_KINDS, DocumentOptions
from utils import environ_keys

OPTION_ERRORS: ErrorClasses = (
    errors.MalformedRequest,
    errors.InvalidOption,
    *errors.InvalidOption.__subclasses__(),
    errors.ModelUnavailable,
)
FILE_ERRORS: ErrorClasses = (errors.UnprocessableFile, *errors.UnprocessableFile.__subclasses__())
#: Errors that end a job while it is processed.
JOB_ERRORS: ErrorClasses = (errors.PageFailed, *errors.PageFailed.__subclasses__(), errors.RetriesExhausted)
#: Reasons not to create a job that are neither in its options nor in its file.
ADMISSION_ERRORS = (
    errors.Unauthorized,
    errors.Forbidden,
    errors.RateLimited,
    errors.QuotaExceeded,
    errors.RedisUnavailable,
    errors.QueueFull,
    errors.MemoryShort,
    errors.StorageUnavailable,
    errors.IdempotencyInFlight,
    errors.IdempotencyConflict,
)
#: A submission that waits for the result also reports the errors of the job.
SUBMIT_ERRORS: ErrorClasses = (
    *OPTION_ERRORS,
    *(errors.MissingFile, errors.EmptyFile, errors.PayloadTooLarge),
    *FILE_ERRORS,
    *JOB_ERRORS,
    *ADMISSION_ERRORS,
)


#: What the type and the format of a found document, and the kind of a block, can be.
DOCUMENT_TYPES = MASK_NAMES
BLOCK_KINDS = REGION_KINDS
ZONE_FORMATS = tuple(form.name for form in FORMATS)


#: Options that list names, and these names. Each also accepts `all`.
NAMES = {"extract": EXTRACT_NAMES, "mask": MASK_NAMES, "outputs": OUTPUTS}


def ensure_accepting() -> None:
    """Reject a file before it is read if no job could be accepted: Redis is down or the queue is full."""
    if request.method in ("POST", "PUT"):
        services().jobs.ensure_accepting(request_slot())


def request_slot() -> Slot:
    """What the server knew about room in the job queue when the request arrived."""
    return cast(Slot, request.environ.get(environ_keys.SLOT, UNCHECKED))


def document_options(options: dict[str, Any]) -> DocumentOptions:
    """The options that change the result. The only check of a request's options beyond their schema.

    Raises InvalidOption, UnknownLanguage or ModelUnavailable.
    """
    chosen = DocumentOptions(**{field.name: options[field.name] for field in fields(DocumentOptions)})
    extract, mask, outputs = (_names(option, options[option]) for option in NAMES)
    chosen = replace(chosen, extract=extract, mask=mask, outputs=outputs)
    services().jobs.check_options(chosen)
    if options["callback_url"]:
        services().webhook_guard.check(options["callback_url"])
    return chosen


def _names(option: str, text: str) -> str:
    """The canonical form of an option that lists names. Raises InvalidOption."""
    known = NAMES[option]
    try:
        return canonical(text, known)
    except ValueError as error:
        choices = ", ".join((*known, ALL))
        raise errors.InvalidOption(
            f"The option `{option}` cannot contain `{error}`. Choose from: {choices}."
        ) from error


def submit(
    source: Source, options: DocumentOptions, callback_url: str, job_id: str, kinds: tuple[str, ...] = KINDS
) -> JobRecord:
    """Create a job for the current client. Raises the errors of `JobService.submit`; UrlNotAllowed for a URL."""
    if isinstance(source, LinkedFile):
        return _submit_url(source, options, callback_url, job_id, kinds)
    if source.problem:
        raise errors.InvalidOption(source.problem, option="file")
    check_file_size(source.content.size())
    record = new_record(job_id, source.name, options, callback_url)
    return services().jobs.submit(record, source.content, kinds, request_slot())


def _submit_url(
    source: LinkedFile, options: DocumentOptions, callback_url: str, job_id: str, kinds: tuple[str, ...]
) -> JobRecord:
    kind = kinds[0] if len(kinds) == 1 else ""
    limit = g.access.max_file_bytes if g.access else 0
    record = new_record(job_id, source.name, options, callback_url, kind=kind, max_file_size=limit)
    return services().uploads.announce_url(record, source.url)


def check_file_size(size: int) -> None:
    """Raises PayloadTooLarge if the file is larger than the account of the current client may send."""
    limit = g.access.max_file_bytes if g.access else 0
    if limit and size > limit:
        raise errors.PayloadTooLarge(f"The file is too large. The limit of this account is {limit} bytes.")


def require_reading(options: dict[str, Any]) -> None:
    """Raises Forbidden if the client's key may not read the result that it wants to wait for."""
    if options["wait"] and g.access and READ not in g.access.scopes:
        raise errors.Forbidden("This API key does not have the scope `read`. Send the request with `wait=0`.")


def new_record(job_id: str, filename: str, options: DocumentOptions, callback_url: str, **announced: Any) -> JobRecord:
    """A job of the current client. `announced`: what the client says about a file that has not arrived."""
    return JobRecord(
        id=job_id,
        owner=g.owner,
        filename=filename,
        options=options,
        request_id=g.request_id,
        trace=traceparent(),
        callback_url=callback_url,
        **announced,
    )
