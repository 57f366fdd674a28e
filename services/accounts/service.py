"""Accounts and their API keys: create, change, revoke, delete. Each change is one Lua script, with its audit entry."""

from __future__ import annotations

import secrets
import time
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain

from services import keys
from services.accounts import access_key
from services.accounts.account import (
    ACTIVE,
    PENDING,
    REVOKED,
    USUAL_SCOPES,
    AccessKey,
    Account,
    Limits,
    Usage,
)
from services.accounts.audit import AuditLog
from services.accounts.email_address import normalised
from services.accounts.recent_access import VALID_SECONDS
from services.errors import (
    AccessKeyNotFound,
    AccountNotFound,
    EmailTaken,
    Forbidden,
    KeyReplaced,
    RateLimited,
    TooManyKeys,
)
from services.keys import SHARED
from services.redis_service import RedisService

#: API keys that an account may have, with those that expired or were revoked in the last 30 days.
MAX_KEYS = 50

_ADD_KEY_ERRORS = {
    b"no_account": AccountNotFound,
    b"no_key": AccessKeyNotFound,
    b"replaced": KeyReplaced,
    b"too_many": TooManyKeys,
}


@dataclass(frozen=True, slots=True)
class NewKey:
    """A key that was just created. `secret` is the key itself and is stored nowhere."""

    account: Account
    id: str
    secret: str


@dataclass(frozen=True, slots=True)
class AccountPolicy:
    """Who may register, and what new accounts get."""

    #: "off", "open" or "approve".
    registration: str
    #: Registrations per hour and address.
    registrations_per_hour: int
    #: Seconds for which a replaced key still works.
    grace_seconds: int
    #: Limits of accounts without their own.
    defaults: Limits


@dataclass(frozen=True, slots=True)
class AccountService:
    """`actor` says in the audit log who did it. Methods raise RedisUnavailable and the errors named.

    What revokes a key or changes a limit returns when every process knows it: after `settle_seconds`.
    """

    redis: RedisService
    policy: AccountPolicy
    audit: AuditLog
    settle_seconds: float = VALID_SECONDS

    def register(self, email: str, name: str, address: str) -> NewKey:
        """For a client at this address. Raises Forbidden, InvalidOption, EmailTaken or RateLimited."""
        if self.policy.registration == "off":
            raise Forbidden("Registration is disabled. Ask the operator for an API key.")
        status = ACTIVE if self.policy.registration == "open" else PENDING
        return self._create(email, name, status, USUAL_SCOPES, None, address, address, {})

    def create(
        self,
        email: str,
        name: str,
        actor: str,
        scopes: Collection[str] = USUAL_SCOPES,
        expires_at: float | None = None,
        limits: Mapping[str, int | None] | None = None,
    ) -> NewKey:
        """For an administrator. Raises InvalidOption or EmailTaken."""
        return self._create(email, name, ACTIVE, scopes, expires_at, actor, "", limits or {})

    def _create(
        self,
        email: str,
        name: str,
        status: str,
        scopes: Collection[str],
        expires_at: float | None,
        actor: str,
        address: str,
        limits: Mapping[str, int | None],
    ) -> NewKey:
        account_id, key_id, secret = _new_account_id(), _new_key_id(), access_key.new_access_key()
        key = (access_key.digest(secret), key_id, "first", _scope_text(scopes), _time_text(expires_at))
        given = {"name": name, "status": status, **{k: str(v) for k, v in limits.items() if v is not None}}
        email = normalised(email)
        outcome, *rest = self.redis.script(
            "account_create",
            *(account_id, email, actor, address, self.policy.registrations_per_hour),
            *key,
            *chain.from_iterable(given.items()),
        )
        if outcome == b"limited":
            raise RateLimited("Too many registrations from this address.", retry_after=int(rest[0]), remaining=0)
        if outcome == b"taken":
            raise EmailTaken()
        return NewKey(self.get(account_id), key_id, secret)

    def get(self, account_id: str) -> Account:
        """Raises AccountNotFound."""
        stored = self.redis.client.hgetall(keys.ACCOUNT + account_id)
        if not stored:
            raise AccountNotFound()
        return Account.from_hash(account_id, stored)

    def list(self, start: int, limit: int, status: str = "") -> tuple[int, Sequence[Account]]:
        """The number of accounts, and some of them, the newest first. With `status`, of those that have it."""
        if status:
            found = [each for each in self._some(0, -1) if each.status == status]
            return len(found), found[start : start + limit]
        return self.redis.client.zcard(keys.ACCOUNTS), self._some(start, start + limit - 1)

    def _some(self, start: int, stop: int) -> Sequence[Account]:
        ids = [each.decode() for each in self.redis.client.zrevrange(keys.ACCOUNTS, start, stop)]
        pipeline = self.redis.client.pipeline(transaction=False)
        for account_id in ids:
            pipeline.hgetall(keys.ACCOUNT + account_id)
        found = zip(ids, pipeline.execute(), strict=True)
        return [Account.from_hash(account_id, stored) for account_id, stored in found if stored]

    def keys_of(self, account_id: str) -> Sequence[AccessKey]:
        """The newest first."""
        pipeline = self.redis.client.pipeline(transaction=False)
        for digest in self.redis.client.smembers(keys.ACCOUNT_KEYS + account_id):
            pipeline.hgetall(keys.ACCESS_KEY + digest.decode())
        found = [AccessKey.from_hash(stored) for stored in pipeline.execute() if stored]
        return sorted(found, key=lambda key: key.created_at, reverse=True)

    def usage(self, owner: str) -> Usage:
        return Usage.from_hash(self.redis.client.hgetall(keys.USAGE + owner))

    def limits(self, account: Account) -> Limits:
        """With the defaults where the account has no limit of its own."""
        return account.limits.or_default(self.policy.defaults)

    def change(self, account_id: str, actor: str, changes: Mapping[str, str | int | None]) -> Account:
        """Set the name and limits; None restores a default. Raises AccountNotFound."""
        texts = {name: "" if value is None else str(value) for name, value in changes.items()}
        if texts and not self.redis.script("account_change", account_id, actor, *chain.from_iterable(texts.items())):
            raise AccountNotFound()
        time.sleep(self.settle_seconds)
        return self.get(account_id)

    def approve(self, account_id: str, actor: str) -> Account:
        """Let the keys of a new account work. Raises AccountNotFound."""
        return self._set_status(account_id, actor, "approved", ACTIVE)

    def revoke(self, account_id: str, actor: str) -> Account:
        """Reject the account's keys until it is restored. Raises AccountNotFound."""
        return self._set_status(account_id, actor, "revoked", REVOKED)

    def restore(self, account_id: str, actor: str) -> Account:
        """Keys that were revoked themselves stay rejected. Raises AccountNotFound."""
        return self._set_status(account_id, actor, "restored", ACTIVE)

    def revoke_own(self, account_id: str) -> Account:
        """For its client: reject its keys for ever, because one may be in wrong hands. Raises AccountNotFound."""
        return self._set_status(account_id, account_id, "revoked", REVOKED, with_keys=True)

    def _set_status(self, account_id: str, actor: str, event: str, status: str, with_keys: bool = False) -> Account:
        if self.redis.script("account_status", account_id, actor, event, status, int(with_keys)) is None:
            raise AccountNotFound()
        if status == REVOKED:
            time.sleep(self.settle_seconds)
        return self.get(account_id)

    def add_key(
        self, account_id: str, actor: str, name: str, scopes: Collection[str], expires_at: float | None = None
    ) -> NewKey:
        """Raises AccountNotFound or TooManyKeys."""
        return self._add_key(account_id, actor, "", name, _scope_text(scopes), _time_text(expires_at))

    def replace_key(self, account_id: str, key_id: str) -> NewKey:
        """A new key with the name, scopes and expiry of this one, which works for `grace_seconds` more.

        Raises AccountNotFound, AccessKeyNotFound, TooManyKeys, or KeyReplaced if the key has been replaced before.
        """
        return self._add_key(account_id, account_id, key_id, "", "", "")

    def _add_key(self, account_id: str, actor: str, replaced: str, *facts: str) -> NewKey:
        key_id, secret = _new_key_id(), access_key.new_access_key()
        new = (MAX_KEYS, access_key.digest(secret), key_id)
        outcome = self.redis.script(
            "account_add_key", account_id, actor, *new, replaced, self.policy.grace_seconds, *facts
        )
        if error := _ADD_KEY_ERRORS.get(outcome):
            raise error()
        return NewKey(self.get(account_id), key_id, secret)

    def revoke_key(self, account_id: str, key_id: str, actor: str) -> None:
        """For ever. Raises AccessKeyNotFound."""
        if not self.redis.script("account_revoke_key", account_id, actor, key_id):
            raise AccessKeyNotFound()
        time.sleep(self.settle_seconds)

    def forget(self, account_id: str, actor: str) -> None:
        """Delete all but the jobs and batches: `AccountData.delete` deletes those first."""
        self.redis.script("account_delete", account_id, actor)


def _new_account_id() -> str:
    return SHARED.account_prefix + secrets.token_hex(10)


def _new_key_id() -> str:
    return "key_" + secrets.token_hex(6)


def _scope_text(scopes: Collection[str]) -> str:
    return " ".join(sorted(scopes))


def _time_text(seconds: float | None) -> str:
    return "" if seconds is None else str(seconds)
