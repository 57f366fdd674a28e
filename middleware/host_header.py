"""The Host header: HTTP/1.1 demands it, and addresses in responses contain it."""

import re

from flask import Request

from middleware.steps import State
from services.errors import MalformedRequest

_VALID = re.compile(r"(?:[A-Za-z0-9._-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\])(?::[0-9]{1,5})?")


def check(request: Request, state: State) -> None:
    """Raises MalformedRequest if the header is missing, which only HTTP/1.0 allows, or names no possible host."""
    host = request.environ.get("HTTP_HOST")
    if host is None and request.environ["SERVER_PROTOCOL"] == "HTTP/1.0":
        return
    if host is None or not _VALID.fullmatch(host):
        raise MalformedRequest("The Host header is missing or names no possible host.")
