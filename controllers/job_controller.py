"""Jobs of one file each: create, status, result, list, cancel and delete."""

from __future__ import annotations

from typing import Any

from flask import Response, g, jsonify, make_response

from controllers import responses, result_responses
from controllers.context import ErrorClasses, services
from controllers.idempotency import Outcome, mark_replayed, run_once
from controllers.result_formats import AS_JSON, Wanted, wanted
from controllers.sources import single_file
from controllers.submission import (
    FILE_ERRORS,
    JOB_ERRORS,
    document_options,
    require_reading,
    submit,
)
from controllers.waiting import once_ended
from services import errors
from services.jobs.idempotency import IdMaker
from services.jobs.planner import KINDS
from services.jobs.record import JobRecord

LIST_ERRORS = (errors.InvalidOption, errors.Unauthorized, errors.Forbidden, errors.RateLimited, errors.RedisUnavailable)
STATUS_ERRORS = (*LIST_ERRORS, errors.JobNotFound)
#: Of the choice of a format.
FORMAT_ERRORS = (errors.NotAcceptable, errors.OutputNotRequested, errors.OutputFailed, errors.PageOutOfRange)
RESULT_ERRORS: ErrorClasses = (
    *(*STATUS_ERRORS, *FORMAT_ERRORS, errors.JobCancelled, errors.ResultExpired),
    *(*JOB_ERRORS, *FILE_ERRORS),
)


def predict(options: dict[str, Any]) -> Response:
    """The same as `create_job` for any kind of file, with the result in the wanted format."""
    want = wanted(options)
    if want.format.needs_source:
        names = {*filter(None, options["outputs"].split(",")), want.format.name}
        options = {**options, "outputs": ",".join(sorted(names))}
    return create_job(options, want=want)


def create_job(options: dict[str, Any], kinds: tuple[str, ...] = KINDS, want: Wanted = AS_JSON) -> Response:
    """202 with the job; with `wait`, 200 with the result if the job ends in time. `kinds`: accepted kinds of files."""
    require_reading(options)
    chosen = document_options(options)
    source = single_file()

    def create(job_id: IdMaker) -> list[Outcome]:
        try:
            return [submit(source, chosen, options["callback_url"], job_id(0), kinds)]
        except errors.OCRServiceError as error:
            error.extra.setdefault("filename", source.name)
            raise

    (record,), replayed = run_once([source], options, create)
    if isinstance(record, errors.OCRServiceError):  # a replay whose job has been deleted
        raise record
    if not options["wait"]:
        return mark_replayed(responses.accepted(record), replayed)

    def respond(current: JobRecord) -> Response:
        return mark_replayed(
            result_responses.result(current, want) if current.ended else responses.accepted(current), replayed
        )

    if record.ended:
        return respond(record)
    job_id, owner = record.id, g.owner
    return once_ended([job_id], options["wait"], lambda: respond(services().jobs.get(job_id, owner)))


def job_status(job_id: str) -> Response:
    return _status(services().jobs.get(job_id, g.owner))


def job_result(job_id: str, options: dict[str, Any]) -> Response:
    """200 with the result; 202 with the status while the job runs, with `partial` also the finished pages.

    `wait`: seconds to wait for the end of the job.
    """
    return _result(job_id, options["wait"], options["partial"], wanted(options))


def _result(job_id: str, wait: float, partial: bool, want: Wanted) -> Response:
    record = services().jobs.get(job_id, g.owner)
    if record.ended:
        return result_responses.result(record, want)
    if wait:
        return once_ended([job_id], wait, lambda: _result(job_id, 0.0, partial, want))
    return result_responses.running(record) if partial else _status(record)


def discard_job(job_id: str) -> Response:
    """Cancel a running job: 200 with its status. Delete an ended job: 204."""
    jobs = services().jobs
    cancelled = jobs.discard(jobs.get(job_id, g.owner))
    return _status(cancelled) if cancelled else Response(status=204)


def list_jobs(status: str, cursor: str, limit: int) -> Response:
    records, next_cursor = services().jobs.list_owned(g.owner, status, cursor, limit)
    return jsonify(jobs=[responses.status_body(record) for record in records], next_cursor=next_cursor or None)


def _status(record: JobRecord) -> Response:
    """200 if the job has ended, otherwise 202."""
    body = responses.status_body(record, services().jobs.estimate_wait(record))
    return make_response(body, 200) if record.ended else make_response(body, 202, responses.RETRY_AFTER)
