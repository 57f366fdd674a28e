"""Marks on views: what middleware and the web server need to know about a route, declared where the route is."""

from __future__ import annotations

from collections.abc import Callable
from enum import Flag, auto
from typing import TypeVar

from flask import Flask, current_app, request

View = TypeVar("View", bound=Callable[..., object])
_ATTRIBUTE = "_view_mark"


class Mark(Flag):
    """PROBE: not logged, not counted as work, no rate limit headers. FAST: answers from memory, on threads of its own.

    CREATES_WORK: the server reserves a slot in the job queue before the body is read. OPEN: authenticates by other
    means than an API key, such as a signature in the address. ADMIN: needs the admin token.
    """

    NONE = 0
    PROBE = auto()
    FAST = auto()
    CREATES_WORK = auto()
    OPEN = auto()
    ADMIN = auto()


def mark(marks: Mark) -> Callable[[View], View]:
    """Decorator. Use it below the route decorator; `functools.wraps` carries it through the others."""

    def decorate(view: View) -> View:
        setattr(view, _ATTRIBUTE, marks | getattr(view, _ATTRIBUTE, Mark.NONE))
        return view

    return decorate


def marks_of_request() -> Mark:
    """The marks of the view that serves the current request."""
    view = current_app.view_functions.get(request.endpoint or "")
    return getattr(view, _ATTRIBUTE, Mark.NONE)


def paths_with(app: Flask, marks: Mark) -> frozenset[str]:
    """The paths, without variables, of all routes whose view has these marks."""
    return frozenset(
        rule.rule
        for rule in app.url_map.iter_rules()
        if not rule.arguments and marks in getattr(app.view_functions[rule.endpoint], _ATTRIBUTE, Mark.NONE)
    )
