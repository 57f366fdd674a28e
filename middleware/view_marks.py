"""Marks on views: what middleware and the web server need to know about a route, declared next to the route."""

from collections.abc import Callable
from enum import Flag, auto
from typing import TypeVar

from flask import Flask

View = TypeVar("View", bound=Callable[..., object])
_ATTRIBUTE = "_view_mark"


class Mark(Flag):
    """PROBE: no log line, no rate limit headers, no trace, not in the request totals. FAST: answers from memory, on
    threads of its own. CREATES_WORK: the server checks before reading the body whether the job queue has room. OPEN:
    authenticates by other means than an API key, such as a signature in the URL. ADMIN: needs the admin token, or a key
    with the scope `admin`. LIMITED: the rate limit counts it.
    """

    NONE = 0
    PROBE = auto()
    FAST = auto()
    CREATES_WORK = auto()
    OPEN = auto()
    ADMIN = auto()
    LIMITED = auto()


def mark(marks: Mark) -> Callable[[View], View]:
    """Decorator. Use it below the route decorator. `functools.wraps` carries the marks through other decorators."""

    def decorate(view: View) -> View:
        setattr(view, _ATTRIBUTE, marks | marks_of(view))
        return view

    return decorate


def marks_of(view: Callable[..., object] | None) -> Mark:
    marks: Mark = getattr(view, _ATTRIBUTE, Mark.NONE)
    return marks


def paths_with(app: Flask, marks: Mark) -> frozenset[str]:
    """The paths, without variables, of all routes whose view has these marks."""
    return frozenset(
        rule.rule
        for rule in app.url_map.iter_rules()
        if not rule.arguments and marks in marks_of(app.view_functions[rule.endpoint])
    )
