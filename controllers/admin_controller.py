"""Dead letters: list, show, replay."""

from __future__ import annotations

from typing import Any

from flask import Response, jsonify

from controllers import responses
from controllers.context import services
from services import errors
from services.jobs.dead_letters import DeadLetter

LIST_ERRORS = (errors.InvalidOption, errors.Unauthorized, errors.Forbidden, errors.RateLimited, errors.RedisUnavailable)
DEAD_LETTER_ERRORS = (*LIST_ERRORS, errors.DeadLetterNotFound)


def list_dead_letters(offset: int, limit: int) -> Response:
    total, letters = services().dead_letters.list(offset, limit)
    return jsonify(dead_letters=[_body(letter) for letter in letters], total=total)


def show_dead_letter(job_id: str) -> Response:
    return jsonify(_body(services().dead_letters.get(job_id)))


def replay(job_id: str) -> Response:
    return responses.accepted(services().dead_letters.replay(job_id))


def _body(letter: DeadLetter) -> dict[str, Any]:
    return {**dead_letter_fields(letter), "links": responses.links(letter.record)}


def dead_letter_fields(letter: DeadLetter) -> dict[str, Any]:
    """All but the links, which need a request."""
    record = letter.record
    return {
        **responses.status_body(record),
        "owner": record.owner,
        "type": record.kind,
        "file_size": record.file_size,
        "request_id": record.request_id,
        "dead_since": responses.iso_time(letter.since),
        "faults": letter.faults,
    }
