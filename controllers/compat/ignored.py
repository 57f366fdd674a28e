"""Options of other services that are accepted although they change nothing here. They are reported, never hidden."""

from __future__ import annotations

import structlog
from flask import Response, g

log = structlog.get_logger(__name__)

HEADER = "X-Ignored-Options"
#: Characters of an option that are repeated, and how many options.
_MAX_LENGTH, _MAX_OPTIONS = 64, 20


def ignore(option: str) -> None:
    """Note an option, such as `features` or `features=formulas`, that the current request gives in vain."""
    noted = names()
    short = "".join(char for char in option if " " < char < "\x7f" and char != ",")[:_MAX_LENGTH]
    if short and short not in noted and len(noted) < _MAX_OPTIONS:
        g.ignored_options = [*noted, short]


def names() -> list[str]:
    """The options noted for the current request."""
    noted: list[str] = g.get("ignored_options", [])
    return noted


def restore(noted: list[str]) -> None:
    """For a request that waited: its second pass begins without what the first one noted."""
    g.ignored_options = noted


def report(response: Response) -> Response:
    """Name the ignored options in the response and in the log."""
    if noted := names():
        response.headers[HEADER] = ", ".join(noted)
        log.info("options ignored", options=noted)
    return response
