"""Paths that services need. `bootstrap.py` passes them on. Imports no Flask, because workers use this module, too."""

from __future__ import annotations

UPLOADS = "/ocr/uploads"


def upload_path(job_id: str) -> str:
    """The path to which the client sends the file of an announced upload."""
    return f"{UPLOADS}/{job_id}"
