"""The two kinds of middleware functions, and what they share about a request."""

from collections.abc import Callable, MutableMapping
from typing import Any

from flask import Request, Response
from flask.ctx import _AppCtxGlobals

from utils import environ_keys

#: Flask's `g`, itself and not the proxy. The middleware sets:
#: - `marks`: the marks of the view (`view_marks.py`)
#: - `request_id`
#: - `started`: on the clock of time.perf_counter()
#: - `owner`: of the jobs that the request creates and may see
#: - `access`: what the request's API key permits. None without a key
#: - `span`, `tracing`: the request's span and its context, if requests are traced
State = _AppCtxGlobals

#: Runs before the view. Returns a response to skip the view.
Before = Callable[[Request, State], Response | None]
#: Runs after the view, or after the error handler, and may change the response.
After = Callable[[Request, State, Response], None]


def carried_state(request: Request) -> MutableMapping[str, Any]:
    """What the first pass of a request through the application leaves for the second."""
    state: MutableMapping[str, Any] = request.environ.setdefault(environ_keys.CARRIED_STATE, {})
    return state
