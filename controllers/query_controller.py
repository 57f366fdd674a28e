"""Existing jobs: status, result, list, cancel and delete."""

from __future__ import annotations

from flask import Response, g, jsonify

from controllers import responses
from controllers.context import ErrorClasses, services
from controllers.submission import FILE_ERRORS, JOB_ERRORS
from controllers.waiting import once_ended
from services import errors
from services.jobs.record import JobRecord

LIST_ERRORS = (errors.InvalidOption, errors.Unauthorized, errors.RedisUnavailable)
STATUS_ERRORS = (*LIST_ERRORS, errors.JobNotFound)
RESULT_ERRORS: ErrorClasses = (*STATUS_ERRORS, errors.JobCancelled, errors.ResultExpired, *JOB_ERRORS, *FILE_ERRORS)


def job_status(job_id: str) -> Response:
    return _status(services().jobs.get(job_id, g.owner))


def job_result(job_id: str, wait: float = 0.0, partial: bool = False) -> Response:
    """200 with the result; 202 with the status while the job runs, with `partial` also the finished pages.

    `wait`: seconds to wait for the end of the job.
    """
    record = services().jobs.get(job_id, g.owner)
    if record.ended:
        return result_response(record)
    if wait:
        return once_ended([job_id], wait, lambda: job_result(job_id, partial=partial))
    return _status(record, pages=services().jobs.finished_pages(record) if partial else None)


def discard_job(job_id: str) -> Response:
    """Cancel a running job: 200 with its status. Delete an ended job: 204."""
    jobs = services().jobs
    cancelled = jobs.discard(jobs.get(job_id, g.owner))
    return _status(cancelled) if cancelled else Response(status=204)


def list_jobs(status: str, cursor: str, limit: int) -> Response:
    records, next_cursor = services().jobs.list_owned(g.owner, status, cursor, limit)
    return jsonify(jobs=[responses.status_body(record) for record in records], next_cursor=next_cursor or None)


def result_response(record: JobRecord) -> Response:
    """The result of an ended job. Raises JobFailed, JobCancelled or ResultExpired, naming the job and its file."""
    try:
        return responses.result(record, services().jobs.result(record))
    except errors.OCRServiceError as error:
        error.extra.update(job_id=record.id, filename=record.filename)
        raise


def _status(record: JobRecord, pages: list[dict[str, object]] | None = None) -> Response:
    return responses.status(record, services().jobs.estimate_wait(record), pages)
