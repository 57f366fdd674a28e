"""Accounts, for administrators over HTTP."""

from __future__ import annotations

from typing import Any

from flask import Response, g, jsonify, make_response

from controllers.account_responses import account_body, account_with_usage, audit_body, new_key_body
from controllers.auth_controller import BODY_ERRORS
from controllers.context import ErrorClasses, services
from services import errors
from services.accounts.account import LIMIT_NAMES, Account

LIST_ERRORS: ErrorClasses = (
    *(errors.InvalidOption, errors.Unauthorized, errors.Forbidden, errors.RateLimited, errors.RedisUnavailable),
)
CREATE_ERRORS: ErrorClasses = (*LIST_ERRORS, *BODY_ERRORS, errors.EmailTaken)
ACCOUNT_ERRORS: ErrorClasses = (*LIST_ERRORS, errors.AccountNotFound)
DELETE_ERRORS: ErrorClasses = (*ACCOUNT_ERRORS, errors.StorageUnavailable)
CHANGE_ERRORS: ErrorClasses = (*ACCOUNT_ERRORS, *BODY_ERRORS)
ADD_KEY_ERRORS: ErrorClasses = (*CHANGE_ERRORS, errors.TooManyKeys)
KEY_ERRORS: ErrorClasses = (*LIST_ERRORS, errors.AccessKeyNotFound)
#: In the audit log, who has sent ADMIN_TOKEN.
TOKEN_ACTOR = "admin-token"


def list_accounts(status: str, offset: int, limit: int) -> Response:
    total, accounts = services().accounts.list(offset, limit, status)
    return jsonify(accounts=[account_body(account) for account in accounts], total=total)


def create_account(options: dict[str, Any]) -> Response:
    """201 with the first key."""
    new = services().accounts.create(
        options["email"],
        options["name"],
        _actor(),
        scopes=options["scopes"],
        expires_at=_timestamp(options),
        limits={name: options.get(name) for name in LIMIT_NAMES},
    )
    return make_response(new_key_body(new), 201)


def show_account(account_id: str) -> Response:
    return _details(services().accounts.get(account_id))


def change_account(account_id: str, changes: dict[str, Any]) -> Response:
    return _details(services().accounts.change(account_id, _actor(), changes))


def approve_account(account_id: str) -> Response:
    return _details(services().accounts.approve(account_id, _actor()))


def revoke_account(account_id: str) -> Response:
    return _details(services().accounts.revoke(account_id, _actor()))


def restore_account(account_id: str) -> Response:
    return _details(services().accounts.restore(account_id, _actor()))


def delete_account(account_id: str) -> Response:
    return jsonify(id=account_id, deleted_jobs=services().account_data.delete(account_id, _actor()))


def add_key(account_id: str, options: dict[str, Any]) -> Response:
    """201 with the key."""
    new = services().accounts.add_key(account_id, _actor(), options["name"], options["scopes"], _timestamp(options))
    return make_response(new_key_body(new), 201)


def revoke_key(account_id: str, key_id: str) -> Response:
    services().accounts.revoke_key(account_id, key_id, _actor())
    return Response(status=204)


def audit_log(account: str, limit: int) -> Response:
    return jsonify(entries=[audit_body(entry) for entry in services().accounts.audit.entries(account, limit)])


def _details(account: Account) -> Response:
    return jsonify(account_with_usage(account))


def _actor() -> str:
    return g.access.account if g.access else TOKEN_ACTOR


def _timestamp(options: dict[str, Any]) -> float | None:
    return options["expires_at"].timestamp() if options["expires_at"] else None
