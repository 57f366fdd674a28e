"""Several uploaded files become several jobs. A bad file fails alone."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import Response, g, make_response, request, url_for
from werkzeug.exceptions import ClientDisconnected

from controllers import responses
from controllers.context import services
from controllers.idempotency import Outcome, find_job, mark_replayed, run_once
from controllers.sources import Source, several_files
from controllers.submission import document_options, require_reading, submit
from controllers.waiting import once_ended
from services.errors import OCRServiceError
from services.jobs.batches import BatchFile
from services.jobs.idempotency import IdMaker
from services.jobs.record import JobRecord
from services.ocr_service.options import DocumentOptions
from utils import environ_keys


def create_batch(options: dict[str, Any]) -> Response:
    """202 with a job or an error for each file. If every file fails, raises the error of the first one."""
    require_reading(options)
    chosen = document_options(options)
    sources = several_files()
    names = [source.name for source in sources]

    def create(job_id: IdMaker) -> list[Outcome]:
        outcomes: list[Outcome] = []
        for number, source in enumerate(sources):
            if number:
                _ensure_client_waits()
            outcomes.append(_try_submit(source, chosen, options["callback_url"], job_id(number)))
        errors = [outcome for outcome in outcomes if isinstance(outcome, OCRServiceError)]
        if len(errors) == len(outcomes):
            body = _batch_body(names, outcomes)
            errors[0].extra.update(jobs=body["jobs"], summary=body["summary"])
            raise errors[0]
        return outcomes

    outcomes, replayed = run_once(sources, options, create)

    batch_id = services().batches.save(g.owner, [_file(*each) for each in zip(names, outcomes, strict=True)])
    about_batch = {"batch_id": batch_id, "links": {"results": url_for("ocr.get_batch_results", batch_id=batch_id)}}

    def respond(current: Sequence[Outcome]) -> Response:
        body = {**about_batch, **_batch_body(names, current)}
        return mark_replayed(make_response(body, 202, responses.RETRY_AFTER), replayed)

    if not options["wait"]:
        return respond(outcomes)
    owner = g.owner
    job_ids = [outcome.id for outcome in outcomes if isinstance(outcome, JobRecord)]

    def latest() -> list[Outcome]:
        return [find_job(each.id, owner) if isinstance(each, JobRecord) else each for each in outcomes]

    return once_ended(job_ids, options["wait"], lambda: respond(latest()))


def _file(name: str, outcome: Outcome) -> BatchFile:
    if isinstance(outcome, OCRServiceError):
        return BatchFile(name, error=outcome.as_dict())
    return BatchFile(name, outcome.id)


def _ensure_client_waits() -> None:
    """Raises ClientDisconnected if the client has gone, so that its other files are not inspected in vain.

    Called before every file but the first: a client that closes its sending side seems to have gone, and with a single
    file it still gets its response.
    """
    gone = request.environ.get(environ_keys.CLIENT_GONE)
    if gone and gone():
        raise ClientDisconnected()


def _try_submit(source: Source, options: DocumentOptions, callback_url: str, job_id: str) -> Outcome:
    try:
        return submit(source, options, callback_url, job_id)
    except OCRServiceError as error:
        return error


def _batch_body(names: Sequence[str], outcomes: Sequence[Outcome]) -> dict[str, Any]:
    created = sum(isinstance(outcome, JobRecord) for outcome in outcomes)
    return {
        "jobs": [_batch_item(name, outcome) for name, outcome in zip(names, outcomes, strict=True)],
        "summary": {
            "total_files": len(names),
            "jobs_created": created,
            "failed_files": len(names) - created,
            "success": created == len(names),
        },
        "message": f"{created} of {len(names)} files were accepted.",
    }


def _batch_item(name: str, outcome: Outcome) -> dict[str, Any]:
    if isinstance(outcome, OCRServiceError):
        return {"filename": name, "status": "failed", "error": outcome.as_dict()}
    # The kind of a file that is still to be fetched is not known.
    return {**responses.job_fields(outcome), **({"type": outcome.kind} if outcome.kind else {})}
