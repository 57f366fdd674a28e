"""A full queue, told before Flask takes the request up.

When many clients send more than can be worked off, refusals are most of what the web server does: each costs a part of
what it would, and the others wait for it that much less. Status, headers, body, log line and count are those of the
error handler; a request from a page of another origin goes there, as it wants more headers.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable

from flask import Flask
from werkzeug.wsgi import get_current_url

from middleware import access_log, security_headers
from middleware.error_catalog import problem_body
from middleware.rate_limiter import HeaderTeller
from middleware.request_id import HEADER, id_of
from services.errors import QueueFull
from services.job_record import BY_ADDRESS

#: Requests that a full queue refuses. What is at no such address is none of them, whatever it begins with.
PATHS = frozenset({"/ocr/image", "/ocr/pdf", "/ocr/batch", "/ocr/predict"})


def init_app(app: Flask, tell_budget: HeaderTeller) -> None:
    inner = app.wsgi_app

    def application(environ: dict, start_response: Callable):
        full = environ.get("ocr.place")
        if not isinstance(full, QueueFull) or "HTTP_ORIGIN" in environ or environ["PATH_INFO"] not in PATHS:
            return inner(environ, start_response)
        headers, body = _refusal(app, environ, full, tell_budget)
        start_response("503 SERVICE UNAVAILABLE", headers)
        return [body]

    app.wsgi_app = application


def _refusal(app: Flask, environ: dict, full: QueueFull, tell_budget: HeaderTeller) -> tuple[list, bytes]:
    started = time.perf_counter()
    app.extensions["services"].admission.tell_refusal()
    method, path, client = environ["REQUEST_METHOD"], environ["PATH_INFO"], environ.get("REMOTE_ADDR", "")
    request_id = id_of(environ)
    base = get_current_url(environ, host_only=True)
    body = json.dumps(problem_body(full.code, full.message, request_id, base=base, **full.extra)).encode()
    headers = [
        ("Content-Type", "application/problem+json"),
        ("Content-Length", str(len(body))),
        ("Retry-After", str(full.extra["retry_after"])),
        *tell_budget(BY_ADDRESS + client, False),
        *security_headers.OF_JSON,
        (HEADER, request_id),
    ]
    seconds = time.perf_counter() - started
    received = int(environ.get("CONTENT_LENGTH") or 0)
    app.extensions["request_metrics"].observe(method, path, 503, seconds, received, len(body))
    access_log.write(method, path, 503, seconds, client, request_id=request_id)
    return headers, body
