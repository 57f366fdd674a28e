"""What the client of an account can do: register, read its statistics, replace and revoke its keys."""

from __future__ import annotations

from typing import Any, cast

from flask import Response, g, jsonify, make_response, request

from controllers import account_responses
from controllers.context import ErrorClasses, services
from services import errors
from services.accounts.account import Limits
from services.accounts.authenticator import Access

KEY_ERRORS: ErrorClasses = (
    *(errors.InvalidOption, errors.Unauthorized, errors.Forbidden, errors.RateLimited, errors.RedisUnavailable),
)
BODY_ERRORS: ErrorClasses = (errors.MalformedRequest, errors.PayloadTooLarge, errors.UnsupportedMediaType)
REGISTER_ERRORS: ErrorClasses = (
    *(errors.InvalidOption, errors.Forbidden, errors.EmailTaken, errors.RateLimited, errors.RedisUnavailable),
    *BODY_ERRORS,
)
REPLACE_ERRORS: ErrorClasses = (*KEY_ERRORS, errors.KeyReplaced, errors.TooManyKeys)
ADD_KEY_ERRORS: ErrorClasses = (*REPLACE_ERRORS, *BODY_ERRORS)
REVOKE_KEY_ERRORS: ErrorClasses = (*KEY_ERRORS, errors.AccessKeyNotFound)


def register(options: dict[str, Any]) -> Response:
    """201 with the account's first key."""
    new = services().accounts.register(options["email"], options["name"], request.remote_addr or "")
    return make_response(account_responses.new_key_body(new), 201)


def stats() -> Response:
    access, accounts = _access(), services().accounts
    usage = accounts.usage(access.account)
    if access.in_settings:
        facts: dict[str, Any] = {"id": access.account, "email": None, "name": access.account, "status": "active"}
        return jsonify(facts | account_responses.usage_body(usage, Limits()) | {"key": _key_of_settings(access)})
    account = accounts.get(access.account)
    key = next(key for key in accounts.keys_of(account.id) if key.id == access.key_id)
    body = account_responses.account_body(account) | account_responses.usage_body(usage, accounts.limits(account))
    return jsonify(body | {"key": account_responses.key_body(key)})


def regenerate() -> Response:
    """The new key. The old one still works for KEY_GRACE_SECONDS."""
    access = _access_of_account()
    new = services().accounts.replace_key(access.account, access.key_id)
    grace = services().accounts.policy.grace_seconds
    body = account_responses.new_key_body(new)
    return jsonify(
        {**body, "message": f"{body['message']} The old key works for {grace} s more.", "grace_seconds": grace}
    )


def revoke() -> Response:
    account = services().accounts.revoke_own(_access_of_account().account)
    return jsonify(
        id=account.id, status=account.status, message="All API keys of this account are rejected from now on."
    )


def list_keys() -> Response:
    keys = services().accounts.keys_of(_access_of_account().account)
    return jsonify(keys=[account_responses.key_body(key) for key in keys])


def add_key(options: dict[str, Any]) -> Response:
    """201 with a further key, which may do no more than the calling one."""
    access = _access_of_account()
    if access.replaced:
        raise errors.KeyReplaced()
    if not set(options["scopes"]) <= access.scopes:
        raise errors.Forbidden("A key can only create keys with the scopes that it has itself.")
    expires_at = options["expires_at"].timestamp() if options["expires_at"] else None
    new = services().accounts.add_key(access.account, access.account, options["name"], options["scopes"], expires_at)
    return make_response(account_responses.new_key_body(new), 201)


def revoke_key(key_id: str) -> Response:
    access = _access_of_account()
    services().accounts.revoke_key(access.account, key_id, access.account)
    return Response(status=204)


def _access() -> Access:
    return cast(Access, g.access)


def _access_of_account() -> Access:
    """Raises Forbidden for a key of the settings."""
    access = _access()
    if access.in_settings:
        raise errors.Forbidden("This key belongs to the settings (API_KEYS). Only the operator can change it.")
    return access


def _key_of_settings(access: Access) -> dict[str, Any]:
    times = dict.fromkeys(("created_at", "expires_at", "revoked_at", "last_used_at"))
    return {"id": access.key_id, "name": access.key_id, "scopes": sorted(access.scopes), "replaced": False, **times}
