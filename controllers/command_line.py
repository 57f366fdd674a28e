"""The command line: arguments in, one call into a service, text out."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import click

from controllers.admin_controller import dead_letter_fields
from controllers.context import services
from services.errors import OCRServiceError


def dead_letter_lines(offset: int, limit: int) -> Iterator[str]:
    """One line for each dead letter, then "SHOWN of TOTAL"."""
    with _errors_reported():
        total, letters = services().dead_letters.list(offset, limit)
    for letter in map(dead_letter_fields, letters):
        codes = ",".join(sorted({fault["code"] for fault in letter["faults"]}))
        yield "  ".join((letter["job_id"], letter["dead_since"], codes, letter["filename"]))
    yield f"{len(letters)} of {total}"


def dead_letter(job_id: str) -> dict[str, Any]:
    with _errors_reported():
        return dead_letter_fields(services().dead_letters.get(job_id))


def replay(job_id: str) -> str:
    """The id of the queued job."""
    with _errors_reported():
        return services().dead_letters.replay(job_id).id


def webhook_secret() -> str:
    """The secret for new receivers: the first one if several are configured."""
    return services().webhook_signer.secrets[0]


@contextmanager
def _errors_reported() -> Iterator[None]:
    """Reports an error as one line and a non-zero exit status."""
    try:
        yield
    except OCRServiceError as error:
        raise click.ClickException(error.message) from error
