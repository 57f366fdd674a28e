"""Headers that keep a browser from doing more with an answer than it should."""

from __future__ import annotations

from flask import Flask, Response

HEADERS = {
    # Pages that a browser is to show (`/docs`, `/redoc`) come with a policy of their own; nothing else does anything.
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
}
#: What an answer in JSON bears: it holds what somebody's documents say, so no cache on the way may keep it.
OF_JSON = (*HEADERS.items(), ("Cache-Control", "no-store"))


def init_app(app: Flask) -> None:
    app.after_request(_add)


def _add(response: Response) -> Response:
    given = {name.lower() for name, _ in response.headers}
    for name, value in OF_JSON if response.mimetype.endswith("json") else HEADERS.items():
        if name.lower() not in given:
            response.headers.add(name, value)
    return response
