"""Who asks: the owner of the jobs that a request makes and sees, and whether it may ask at all.

With API_KEYS set, the owner is the name of the key that the request bears. Without, it is the client's address; then a
job is also reached by whoever knows its id, which cannot be guessed.
"""

from __future__ import annotations

import hmac

from flask import Flask, g, request

from middleware.view_marks import Mark, marks_of_request
from services.errors import Forbidden, Unauthorized
from services.jobs.record import BY_ADDRESS


def init_app(app: Flask, api_keys: dict[str, str], admin_token: str) -> None:
    """api_keys: {name: key}. admin_token: empty where there is no administration over HTTP."""

    @app.before_request
    def _identify() -> None:
        g.owner = BY_ADDRESS + (request.remote_addr or "")
        marks = marks_of_request()
        if request.method == "OPTIONS" or Mark.OPEN in marks:
            return
        if Mark.ADMIN in marks:
            _check_admin(admin_token, api_keys)
        elif request.path.startswith("/ocr/") and api_keys:
            g.owner = _owner_of(_credential(), api_keys)


def _check_admin(admin_token: str, api_keys: dict[str, str]) -> None:
    credential = _credential()
    if admin_token and _same(credential, admin_token):
        return
    if not admin_token:
        raise Forbidden("Administration is switched off. The operator sets ADMIN_TOKEN to switch it on.")
    if any(_same(credential, key) for key in api_keys.values()):
        raise Forbidden("This key does not give the right to administer the service. Use the admin token.")
    raise Unauthorized()


def _owner_of(credential: str, api_keys: dict[str, str]) -> str:
    # All are compared, so that the time taken tells nothing.
    found = [name for name, key in api_keys.items() if _same(credential, key)]
    if not found:
        raise Unauthorized()
    return found[0]


def _credential() -> str:
    scheme, _, value = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        return value.strip()
    return request.headers.get("X-API-Key", "")


def _same(given: str, wanted: str) -> bool:
    # WSGI hands on a header's bytes as if they were Latin-1; a key is meant in UTF-8.
    return hmac.compare_digest(given.encode("latin-1", "replace"), wanted.encode())
