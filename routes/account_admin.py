"""Accounts, for administrators. Every request needs the admin token, or a key with the scope `admin`."""

from typing import Any

from flask import Response

from controllers import account_admin_controller as controller
from middleware.view_marks import Mark, mark
from routes.auth import KEY_ID
from routes.blueprint import DescribedBlueprint
from routes.paths import ADMIN
from routes.schemas import account_examples as examples
from routes.schemas.accounts import (
    AccountChanges,
    AccountDetails,
    AccountList,
    AccountListOptions,
    AuditLog,
    AuditOptions,
    DeletedAccount,
    NewAccount,
    NewKey,
    NewKeyOptions,
)
from routes.schemas.base import NoOptions

blueprint = DescribedBlueprint("account_admin", __name__, url_prefix=ADMIN, description="Accounts, for administrators")

ID = {"in": "path", "name": "account_id", "description": "The `id` of an account.", "example": examples.ACCOUNT_ID}
ONE = "/accounts/<string:account_id>"


@blueprint.route("/accounts", methods=["GET"])
@mark(Mark.ADMIN)
@blueprint.problems(*controller.LIST_ERRORS)
@blueprint.arguments(AccountListOptions, location="query")
@blueprint.response(200, AccountList, example=examples.ACCOUNTS)
def list_accounts(options: dict[str, Any]) -> Response:
    """List accounts, newest first"""
    return controller.list_accounts(**options)


@blueprint.route("/accounts", methods=["POST"])
@mark(Mark.ADMIN)
@blueprint.problems(*controller.CREATE_ERRORS)
@blueprint.arguments(NewAccount, location="json", example=examples.NEW_ACCOUNT)
@blueprint.response(201, NewKey, example=examples.NEW_KEY)
def create_account(options: dict[str, Any]) -> Response:
    """Create an account

    Returns its first API key, which is shown only once. Works whatever `REGISTRATION` is.
    """
    return controller.create_account(options)


@blueprint.route(ONE, methods=["GET"], parameters=[ID])
@mark(Mark.ADMIN)
@blueprint.problems(*controller.ACCOUNT_ERRORS)
@blueprint.arguments(NoOptions, location="query")
@blueprint.response(200, AccountDetails, example=examples.ACCOUNT_DETAILS)
def show_account(options: dict[str, Any], account_id: str) -> Response:
    """Get an account with its usage and keys"""
    return controller.show_account(account_id)


@blueprint.route(ONE, methods=["PATCH"], parameters=[ID])
@mark(Mark.ADMIN)
@blueprint.problems(*controller.CHANGE_ERRORS)
@blueprint.arguments(AccountChanges, location="json", example=examples.ACCOUNT_CHANGES)
@blueprint.response(200, AccountDetails, example=examples.ACCOUNT_DETAILS)
def change_account(options: dict[str, Any], account_id: str) -> Response:
    """Change the name or the limits of an account

    New limits apply to the next request.
    """
    return controller.change_account(account_id, options)


@blueprint.route(ONE, methods=["DELETE"], parameters=[ID])
@mark(Mark.ADMIN)
@blueprint.problems(*controller.DELETE_ERRORS)
@blueprint.arguments(NoOptions, location="query")
@blueprint.response(200, DeletedAccount, example=examples.DELETED_ACCOUNT)
def delete_account(options: dict[str, Any], account_id: str) -> Response:
    """Delete an account and all its data

    Its keys, jobs, batches, results, files, dead letters, usage and audit entries. Running jobs are cancelled.
    """
    return controller.delete_account(account_id)


@blueprint.route(f"{ONE}/approve", methods=["POST"], parameters=[ID])
@mark(Mark.ADMIN)
@blueprint.problems(*controller.ACCOUNT_ERRORS)
@blueprint.arguments(NoOptions, location="query")
@blueprint.response(200, AccountDetails, example=examples.ACCOUNT_DETAILS)
def approve_account(options: dict[str, Any], account_id: str) -> Response:
    """Approve a registered account

    With `REGISTRATION=approve`, its key works from then on.
    """
    return controller.approve_account(account_id)


@blueprint.route(f"{ONE}/revoke", methods=["POST"], parameters=[ID])
@mark(Mark.ADMIN)
@blueprint.problems(*controller.ACCOUNT_ERRORS)
@blueprint.arguments(NoOptions, location="query")
@blueprint.response(200, AccountDetails, example={**examples.ACCOUNT_DETAILS, "status": "revoked"})
def revoke_account(options: dict[str, Any], account_id: str) -> Response:
    """Reject the keys of an account until it is restored

    Its jobs stay, and jobs that wait or run are completed.
    """
    return controller.revoke_account(account_id)


@blueprint.route(f"{ONE}/restore", methods=["POST"], parameters=[ID])
@mark(Mark.ADMIN)
@blueprint.problems(*controller.ACCOUNT_ERRORS)
@blueprint.arguments(NoOptions, location="query")
@blueprint.response(200, AccountDetails, example=examples.ACCOUNT_DETAILS)
def restore_account(options: dict[str, Any], account_id: str) -> Response:
    """Restore a revoked account

    Its keys work again, except those that were revoked themselves. After `/auth/revoke` that is every key: create a new
    one.
    """
    return controller.restore_account(account_id)


@blueprint.route(f"{ONE}/keys", methods=["POST"], parameters=[ID])
@mark(Mark.ADMIN)
@blueprint.problems(*controller.ADD_KEY_ERRORS)
@blueprint.arguments(NewKeyOptions, location="json", example=examples.NEW_KEY_OPTIONS)
@blueprint.response(201, NewKey, example=examples.NEW_KEY)
def add_account_key(options: dict[str, Any], account_id: str) -> Response:
    """Create a further key for an account"""
    return controller.add_key(account_id, options)


@blueprint.route(f"{ONE}/keys/<string:key_id>", methods=["DELETE"], parameters=[ID, KEY_ID])
@mark(Mark.ADMIN)
@blueprint.problems(*controller.KEY_ERRORS)
@blueprint.arguments(NoOptions, location="query")
@blueprint.alt_response(204, description="The key is rejected from now on")
def revoke_account_key(options: dict[str, Any], account_id: str, key_id: str) -> Response:
    """Revoke a key of an account"""
    return controller.revoke_key(account_id, key_id)


@blueprint.route("/audit", methods=["GET"])
@mark(Mark.ADMIN)
@blueprint.problems(*controller.LIST_ERRORS)
@blueprint.arguments(AuditOptions, location="query")
@blueprint.response(200, AuditLog, example=examples.AUDIT)
def audit_log(options: dict[str, Any]) -> Response:
    """List changes of accounts and refused requests

    The newest 10,000 changes and 2,000 refusals are stored. A refusal is recorded once per minute and account.
    """
    return controller.audit_log(**options)
