"""Requests that waited for a job continue here. They skip the view, which has already run."""

from __future__ import annotations

from flask import Request, Response

from middleware.steps import State
from utils import environ_keys


def resume(request: Request, state: State) -> Response | None:
    respond = request.environ.pop(environ_keys.RESUME, None)
    return respond() if respond else None
