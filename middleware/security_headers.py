"""Headers that keep a browser from doing more with an answer than it should."""

from __future__ import annotations

from flask import Flask, Response


def init_app(app: Flask) -> None:
    app.after_request(_add)


def _add(response: Response) -> Response:
    response.headers.setdefault("X-Content-Type-Options", "nosniff")
    response.headers.setdefault("X-Frame-Options", "DENY")
    response.headers.setdefault("Referrer-Policy", "no-referrer")
    # Answers hold what somebody's documents say: no cache on the way may keep them.
    if response.mimetype.endswith("json"):
        response.headers.setdefault("Cache-Control", "no-store")
    return response
