"""Requests that waited go on here: past the view, which has had its turn, and with what was to be answered then."""

from __future__ import annotations

from flask import Flask, Response, request


def init_app(app: Flask) -> None:
    app.before_request(_go_on)


def kept() -> dict:
    """What a request that is set aside keeps for when it goes on."""
    return request.environ.setdefault("ocr.carried_state", {})


def _go_on() -> Response | None:
    answer = request.environ.pop("ocr.resume", None)
    return answer() if answer else None
