"""How a job stands, for those who ask for nothing else: the one question that clients ask over and over.

A plain `GET /ocr/job/{id}` is answered here before Flask takes it up, for a part of the cost: with the body, headers,
log line and count of the view `job_status`, by the same functions. Whatever is not plain, or not found, or amiss, goes
on to the view, which knows more.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable

from flask import Flask

from controllers.ocr_controller import plain_status
from middleware import access_log, security_headers
from middleware.api_keys import BY_ADDRESS
from middleware.metrics import template
from middleware.rate_limiter import HeaderTeller
from middleware.request_id import HEADER, id_of

PATH = re.compile(r"/ocr/job/[0-9a-f-]{36}")
RULE = template("/ocr/job/<string:job_id>")
STATUS = {200: "200 OK", 202: "202 ACCEPTED"}
#: A request that has one of these is not plain: it has a body, a key, a trace that it is part of, or a page behind it.
UNUSUAL = ("CONTENT_LENGTH", "HTTP_TRANSFER_ENCODING", "HTTP_AUTHORIZATION", "HTTP_TRACEPARENT", "HTTP_ORIGIN")


def init_app(app: Flask, tell_budget: HeaderTeller) -> None:
    inner = app.wsgi_app

    def application(environ: dict, start_response: Callable):
        if _is_plain(environ) and (answer := _answer(app, environ, tell_budget)):
            status, headers, body = answer
            start_response(status, headers)
            return [body]
        return inner(environ, start_response)

    app.wsgi_app = application


def _is_plain(environ: dict) -> bool:
    return (
        environ["REQUEST_METHOD"] == "GET"
        and not environ.get("QUERY_STRING")
        and PATH.fullmatch(environ["PATH_INFO"]) is not None
        and not any(name in environ for name in UNUSUAL)
    )


def _answer(app: Flask, environ: dict, tell_budget: HeaderTeller) -> tuple[str, list[tuple[str, str]], bytes] | None:
    started = time.perf_counter()
    path, client = environ["PATH_INFO"], environ.get("REMOTE_ADDR", "")
    found = plain_status(app.extensions["services"], path.rpartition("/")[2])
    if found is None:
        return None
    content, code, own = found
    body = app.json.dumps(content).encode() + b"\n"
    request_id = id_of(environ)
    headers = [
        ("Content-Type", "application/json"),
        ("Content-Length", str(len(body))),
        *own.items(),
        *tell_budget(BY_ADDRESS + client, False),
        *security_headers.OF_JSON,
        (HEADER, request_id),
    ]
    seconds = time.perf_counter() - started
    app.extensions["request_metrics"].observe("GET", RULE, code, seconds, 0, len(body))
    access_log.write("GET", path, code, seconds, client, request_id=request_id)
    return STATUS[code], headers, body
