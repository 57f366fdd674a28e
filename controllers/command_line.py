"""The command line: arguments in, one call into a service, text out."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import click

from controllers.admin_controller import dead_letter_fields
from controllers.context import services
from services.errors import OCRServiceError


@contextmanager
def errors_reported() -> Iterator[None]:
    """Reports an error as one line and a non-zero exit status."""
    try:
        yield
    except OCRServiceError as error:
        raise click.ClickException(error.message) from error


@errors_reported()
def dead_letter_lines(offset: int, limit: int) -> list[str]:
    """One line for each dead letter, then "SHOWN of TOTAL"."""
    total, letters = services().dead_letters.list(offset, limit)
    lines = []
    for letter in map(dead_letter_fields, letters):
        codes = ",".join(sorted({fault["code"] for fault in letter["faults"]}))
        lines.append("  ".join((letter["job_id"], letter["dead_since"], codes, letter["filename"])))
    return [*lines, f"{len(letters)} of {total}"]


@errors_reported()
def dead_letter(job_id: str) -> dict[str, Any]:
    return dead_letter_fields(services().dead_letters.get(job_id))


@errors_reported()
def replay(job_id: str) -> str:
    """The id of the queued job."""
    return services().dead_letters.replay(job_id).id


def webhook_secret() -> str:
    """The secret for new receivers: the first one if several are configured."""
    return services().webhook_signer.secrets[0]
