"""Answers that wait for jobs. Where the server can set a request aside, waiting holds nothing but its connection."""

from __future__ import annotations

from collections.abc import Callable

from flask import Response, request


def once_ended(job_ids: list[str], seconds: float, answer: Callable[[], Response]) -> Response:
    """`answer()` once these jobs have ended, or `seconds` are over; at once where the server can set nothing aside.

    It is called in another thread, and in a context without the request's body.
    """
    park = request.environ.get("ocr.wait_for_jobs")
    if park and job_ids and seconds > 0:
        park(job_ids, seconds, answer)  # does not return
    return answer()
