"""Authentication: finds the owner of the jobs that a request creates and may see.

With API_KEYS, the owner is the name of the request's key. Without, it is the client's address, and a job is also
accessible to everyone who knows its id, which cannot be guessed.
"""

import hmac
from collections.abc import Mapping

from flask import Request

from middleware.steps import Before, State
from middleware.view_marks import Mark
from services.errors import Forbidden, Unauthorized
from services.jobs.record import BY_ADDRESS


def make_authentication(api_keys: Mapping[str, str], admin_token: str, client_prefix: str) -> Before:
    """api_keys: {name: key}; empty if no key is needed. admin_token: empty if the admin API is disabled.

    client_prefix: the paths that need a key begin with it. Raises Unauthorized or Forbidden for a request.
    """

    def authenticate(request: Request, state: State) -> None:
        state.owner = BY_ADDRESS + (request.remote_addr or "")
        if request.method == "OPTIONS" or Mark.OPEN in state.marks:
            return
        if Mark.ADMIN in state.marks:
            _check_admin(_credential(request), admin_token, api_keys)
        elif api_keys and request.path.startswith(client_prefix):
            state.owner = _owner_of(_credential(request), api_keys)

    return authenticate


def _check_admin(credential: str, admin_token: str, api_keys: Mapping[str, str]) -> None:
    if admin_token and _same(credential, admin_token):
        return
    if not admin_token:
        raise Forbidden("The admin API is disabled. The operator enables it with ADMIN_TOKEN.")
    if any(_same(credential, key) for key in api_keys.values()):
        raise Forbidden("This key has no admin permission. Use the admin token.")
    raise Unauthorized()


def _owner_of(credential: str, api_keys: Mapping[str, str]) -> str:
    # All keys are compared, so that the time taken reveals nothing.
    found = [name for name, key in api_keys.items() if _same(credential, key)]
    if not found:
        raise Unauthorized()
    return found[0]


def _credential(request: Request) -> str:
    scheme, _, value = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        return value.strip()
    return request.headers.get("X-API-Key", "")


def _same(given: str, wanted: str) -> bool:
    # WSGI decodes header bytes as Latin-1. Keys are UTF-8.
    return hmac.compare_digest(given.encode("latin-1", "replace"), wanted.encode())
