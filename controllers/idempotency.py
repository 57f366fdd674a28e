"""Requests that can be repeated safely: the header `Idempotency-Key`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from flask import Response, g, request

from controllers.context import services
from controllers.sources import Source
from services.errors import JobFailed, JobNotFound, OCRServiceError
from services.jobs.idempotency import IdMaker
from services.jobs.record import JobRecord, new_job_id

#: What became of one file: a job, or the error that prevented it.
Outcome = JobRecord | OCRServiceError


def run_once(
    sources: Sequence[Source], options: dict[str, Any], create: Callable[[IdMaker], list[Outcome]]
) -> tuple[list[Outcome], bool]:
    """The outcomes of `create`, or of the first request with the same Idempotency-Key; and whether this is a replay.

    Only job ids and errors are stored with the key, so a replay reads its jobs from Redis. `create` gets a function
    that returns the id for the nth job. Raises IdempotencyConflict, IdempotencyInFlight, and what `create` raises.
    """
    key = request.headers.get("Idempotency-Key")
    if key is None:
        return create(lambda number: new_job_id()), False
    outcomes: list[Outcome] = []

    def create_and_store(job_id: IdMaker) -> list[str | dict[str, str]]:
        outcomes.extend(create(job_id))
        return [each.id if isinstance(each, JobRecord) else each.as_dict() for each in outcomes]

    fingerprint = [
        request.path,
        _without_password(options),
        *([source.name, source.fingerprint()] for source in sources),
    ]
    stored, replayed = services().idempotency.once(g.owner, key, fingerprint, create_and_store)
    if replayed:
        outcomes = [find_job(item, g.owner) if isinstance(item, str) else JobFailed(item) for item in stored]
    return outcomes, replayed


def _without_password(options: dict[str, Any]) -> dict[str, Any]:
    """Options in which a password cannot be guessed from a stored fingerprint."""
    shown = {name: value for name, value in options.items() if name != "password"}
    password = options.get("password")
    return {**shown, "password": services().idempotency.digest(password)} if password else shown


def find_job(job_id: str, owner: str) -> Outcome:
    """The current record of a job, or JobNotFound if the job has been deleted."""
    try:
        return services().jobs.get(job_id, owner)
    except JobNotFound as error:
        return error


def mark_replayed(response: Response, replayed: bool) -> Response:
    if replayed:
        response.headers["Idempotent-Replayed"] = "true"
    return response
