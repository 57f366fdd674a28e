"""Responses that wait for jobs. While they wait, they hold nothing but their connection."""

from collections.abc import Callable

from flask import Response, request

from utils import environ_keys


def once_ended(job_ids: list[str], seconds: float, respond: Callable[[], Response]) -> Response:
    """`respond()` when these jobs have ended or `seconds` are over. A server that cannot wait calls it at once.

    It is called in another thread, in a request context without the body.
    """
    wait = request.environ.get(environ_keys.WAIT_FOR_JOBS)
    if wait and job_ids and seconds > 0:
        wait(job_ids, seconds, respond)  # does not return
    return respond()
