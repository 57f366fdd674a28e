"""What operators ask: dead letters, and their replay."""

from __future__ import annotations

from flask import Response, current_app, jsonify

from controllers import answers
from services.jobs.dead_letters import DeadLetter, DeadLetters


def dead_letters() -> DeadLetters:
    return current_app.extensions["services"].dead_letters


def list_dead_letters(offset: int, limit: int) -> Response:
    total, letters = dead_letters().list(offset, limit)
    return jsonify(dead_letters=[letter_body(letter) for letter in letters], total=total)


def show_dead_letter(job_id: str) -> Response:
    return jsonify(letter_body(dead_letters().get(job_id)))


def replay(job_id: str) -> Response:
    return answers.accepted(dead_letters().replay(job_id))


def letter_body(letter: DeadLetter) -> dict:
    return {**letter_facts(letter), "links": answers.links(letter.record)}


def letter_facts(letter: DeadLetter) -> dict:
    record = letter.record
    return {
        **answers.status_body(record),
        "owner": record.owner,
        "type": record.kind,
        "file_size": record.file_size,
        "request_id": record.request_id,
        "dead_since": answers.moment(letter.since),
        "faults": letter.faults,
    }
