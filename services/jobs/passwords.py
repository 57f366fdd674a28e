"""Passwords of PDFs: sealed in the record of a job until its work has ended, and readable in memory only."""

from __future__ import annotations

from dataclasses import replace

from services.errors import EncryptedFile
from services.jobs.record import JobRecord
from services.jobs.sealed_text import BrokenSeal, Sealer


def seal_password(record: JobRecord, sealer: Sealer) -> JobRecord:
    """The record with the password of its options, ready to be stored."""
    return replace(record, password=sealer.seal(record.options.password, record.id))


def open_password(record: JobRecord, sealer: Sealer) -> JobRecord:
    """A stored record, ready to open its file: with the password in its options. Raises EncryptedFile."""
    if not record.password:
        return record
    try:
        password = sealer.open(record.password, record.id)
    except BrokenSeal as error:
        raise EncryptedFile("The password can no longer be read. Send the file again.") from error
    return replace(record, options=replace(record.options, password=password))
