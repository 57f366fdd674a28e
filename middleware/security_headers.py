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


def init_app(app: Flask) -> None:
    app.after_request(_add)


def _add(response: Response) -> Response:
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    # Answers hold what somebody's documents say: no cache on the way may keep them.
    if response.mimetype.endswith("json"):
        response.headers.setdefault("Cache-Control", "no-store")
    return response
