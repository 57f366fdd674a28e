"""What an operator types: arguments in, domain call, text out."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TypeVar

import click
from flask import current_app

from controllers.admin_controller import dead_letters, letter_facts
from services.errors import OCRServiceError

T = TypeVar("T")


def dead_letter_lines(offset: int, limit: int) -> Iterator[str]:
    """A line for each, and one that tells how many there are."""
    total, letters = _told(lambda: dead_letters().list(offset, limit))
    for facts in map(letter_facts, letters):
        codes = ",".join(sorted({fault["code"] for fault in facts["faults"]}))
        yield "  ".join((facts["job_id"], facts["dead_since"], codes, facts["filename"]))
    yield f"{len(letters)} of {total}"


def dead_letter(job_id: str) -> dict:
    return letter_facts(_told(lambda: dead_letters().get(job_id)))


def replay(job_id: str) -> str:
    return _told(lambda: dead_letters().replay(job_id)).id


def webhook_secret() -> str:
    """The secret that new receivers are given: the first one, where there are several."""
    return current_app.extensions["services"].webhook_signer.secrets[0]


def _told(step: Callable[[], T]) -> T:
    """A fault as the command line tells it: one line, and an exit status other than 0."""
    try:
        return step()
    except OCRServiceError as error:
        raise click.ClickException(error.message) from error
