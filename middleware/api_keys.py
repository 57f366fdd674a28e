"""Authentication: finds the owner of the jobs that a request creates and may see.

With an API key, the owner is its account: one in Redis, or the name of a key in API_KEYS. Without, it is the client's
address, and a job is also accessible to everyone who knows its id, which cannot be guessed.
"""

import hashlib
import hmac
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from flask import Request

from middleware.foreign_interfaces import ForeignInterface, ForeignInterfaces
from middleware.steps import State, carried_state
from middleware.view_marks import Mark
from services.accounts import access_key
from services.accounts.account import ADMIN, READ, SUBMIT
from services.accounts.audit import AuditLog
from services.accounts.authenticator import CREATES_WORK, READS, RESUMED, Access, Authenticator
from services.errors import Forbidden, RateLimited, RedisUnavailable, Unauthorized
from services.jobs.record import BY_ADDRESS

#: Methods that change nothing.
READING = ("GET", "HEAD")


@dataclass(frozen=True)
class KeyRules:
    """Which requests need a key, and which keys there are besides those of accounts."""

    #: {name: key} of API_KEYS.
    of_settings: Mapping[str, str]
    #: Empty: /admin needs an account's key.
    admin_token: str
    #: Whether jobs need a key. Accounts themselves always do.
    required: bool
    #: Paths that take a key begin with one of these.
    prefixes: tuple[str, ...]
    #: Of those, paths that cannot be used without a key.
    account_prefix: str
    _digests: dict[str, bytes] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        self._digests.update({name: _digest(key.encode()) for name, key in self.of_settings.items()})

    def name_of(self, credential: str) -> str:
        """The name of this key of the settings, or "". Compares with all of them, in constant time."""
        given = _digest(_as_sent(credential))
        found = [name for name, digest in self._digests.items() if hmac.compare_digest(given, digest)]
        return found[0] if found else ""

    def key_named(self, name: str) -> str:
        """The key of the settings with this name, as a request would send it, or ""."""
        return self.of_settings.get(name, "").encode().decode("latin-1")

    def is_admin_token(self, credential: str) -> bool:
        same = hmac.compare_digest(_digest(_as_sent(credential)), _digest(self.admin_token.encode()))
        return bool(self.admin_token) and same


@dataclass(frozen=True)
class Authentication:
    rules: KeyRules
    #: Called when a key has to be verified: tests replace the services.
    authenticator: Callable[[], Authenticator]
    audit: Callable[[], AuditLog]
    #: Their paths take a key, too.
    foreign: ForeignInterfaces = field(default_factory=ForeignInterfaces)

    def __call__(self, request: Request, state: State) -> None:
        """A step before each view. Raises Unauthorized, Forbidden, RateLimited or RedisUnavailable."""
        state.owner = BY_ADDRESS + (request.remote_addr or "")
        state.access = None
        if request.method == "OPTIONS" or Mark.OPEN in state.marks:
            return
        if Mark.ADMIN in state.marks:
            self._authenticate_admin(request, state)
        elif request.path.startswith(self.rules.prefixes):
            self._authenticate_client(request, state)
        elif interface := self.foreign.of(request.method, request.path):
            self._authenticate_client(request, state, interface)

    def _authenticate_client(self, request: Request, state: State, interface: ForeignInterface | None = None) -> None:
        credential, rules = _credential(request), self.rules
        account_paths: tuple[str, ...] = (rules.account_prefix,)
        if interface:
            credential = interface.credential(request) or credential
            account_paths = interface.account_prefixes
        if name := rules.name_of(credential):
            state.access = Access.of_settings(name)
            state.owner = name
            return
        required = rules.required or request.path.startswith(account_paths)
        if not credential and required:
            raise Unauthorized()
        if required or credential.startswith(access_key.PREFIX):
            self._verify(credential, request, state, account_paths)
            self._require_scope(READ if request.method in READING else SUBMIT, request, state.access)

    def _authenticate_admin(self, request: Request, state: State) -> None:
        credential, rules = _credential(request), self.rules
        if rules.is_admin_token(credential):
            return
        if credential.startswith(access_key.PREFIX):
            self._verify(credential, request, state)
            self._require_scope(ADMIN, request, state.access)
            return
        if not rules.admin_token:
            raise Forbidden("The admin API is disabled. The operator enables it with ADMIN_TOKEN.")
        if rules.name_of(credential):
            raise Forbidden("This key has no admin permission. Use the admin token.")
        if not credential:
            raise Unauthorized()
        self._verify(credential, request, state)

    def _verify(self, credential: str, request: Request, state: State, account_paths: tuple[str, ...] = ()) -> None:
        try:
            counts_as = _counts_as(request, state)
            about_jobs = Mark.ADMIN not in state.marks and not request.path.startswith(account_paths)
            may_reuse = about_jobs and counts_as != RESUMED
            access = self.authenticator().verify(credential, request.remote_addr or "", counts_as, may_reuse)
        except RedisUnavailable:
            if credential.startswith(access_key.PREFIX):
                raise
            raise Unauthorized() from None  # it cannot be the key of an account
        state.access, state.owner = access, access.account
        if access.limited and access.rate:
            unit = "minute" if access.rate.window == 60 else f"{access.rate.window} s"
            raise RateLimited(
                f"Too many requests. Limit: {access.rate.limit} per {unit}",
                retry_after=access.rate.seconds_left(),
                remaining=0,
            )

    def _require_scope(self, scope: str, request: Request, access: Access) -> None:
        if scope not in access.scopes:
            self.audit().refuse("scope_missing", access.account, request.remote_addr or "", f"{access.key_id} {scope}")
            raise Forbidden(f"This API key does not have the scope `{scope}`. Use another key.")


def _counts_as(request: Request, state: State) -> str:
    """A request that waited for its job passes through here twice. The second time, its key may have been revoked."""
    carried = carried_state(request)
    if "counted" in carried:
        return RESUMED
    carried["counted"] = True
    return CREATES_WORK if Mark.LIMITED in state.marks else READS


def _credential(request: Request) -> str:
    scheme, _, value = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        return value.strip()
    return request.headers.get("X-API-Key", "")


def _as_sent(credential: str) -> bytes:
    # WSGI decodes header bytes as Latin-1. Keys are UTF-8.
    return credential.encode("latin-1", "replace")


def _digest(key: bytes) -> bytes:
    return hashlib.sha256(key).digest()
