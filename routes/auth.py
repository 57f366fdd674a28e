"""Accounts, for their clients: registration, statistics, keys. Administrators use `account_admin.py`."""

from typing import Any

from flask import Response

from controllers import auth_controller
from middleware.view_marks import Mark, mark
from routes.blueprint import DescribedBlueprint
from routes.paths import AUTH
from routes.schemas import account_examples as examples
from routes.schemas.accounts import KeyList, NewKey, NewKeyOptions, Registration, ReplacedKey, RevokedAccount, Stats
from routes.schemas.base import NoOptions

blueprint = DescribedBlueprint("auth", __name__, url_prefix=AUTH, description="Accounts and API keys")

KEY_ID = {"in": "path", "name": "key_id", "description": "The `id` of a key.", "example": examples.KEY_ID}


@blueprint.route("/register", methods=["POST"])
@mark(Mark.OPEN)
@blueprint.problems(*auth_controller.REGISTER_ERRORS)
@blueprint.arguments(Registration, location="json", example=examples.REGISTRATION)
@blueprint.doc(security=[])
@blueprint.response(201, NewKey, example=examples.NEW_KEY)
def register(options: dict[str, Any]) -> Response:
    """Create an account

    Returns its API key, which is shown only once. Needs `REGISTRATION=open`, or `approve`: then the key works as soon
    as an administrator has approved the account.
    """
    return auth_controller.register(options)


@blueprint.route("/stats", methods=["GET"])
@blueprint.problems(*auth_controller.KEY_ERRORS)
@blueprint.arguments(NoOptions, location="query")
@blueprint.response(200, Stats, example=examples.STATS)
def stats(options: dict[str, Any]) -> Response:
    """Get the usage and the limits of the calling key's account

    `pages` counts pages that were read. Pages that failed, results from the cache and rejected requests do not count.
    """
    return auth_controller.stats()


@blueprint.route("/regenerate", methods=["POST"])
@blueprint.problems(*auth_controller.REPLACE_ERRORS)
@blueprint.arguments(NoOptions, location="query")
@blueprint.response(200, ReplacedKey, example=examples.REPLACED_KEY)
def regenerate(options: dict[str, Any]) -> Response:
    """Replace the calling key

    The new key has the same scopes and expiry. The old one keeps working for `grace_seconds`. Jobs belong to the
    account and stay.
    """
    return auth_controller.regenerate()


@blueprint.route("/revoke", methods=["POST"])
@blueprint.problems(*auth_controller.KEY_ERRORS)
@blueprint.arguments(NoOptions, location="query")
@blueprint.response(200, RevokedAccount, example=examples.REVOKED_ACCOUNT)
def revoke(options: dict[str, Any]) -> Response:
    """Revoke all keys of the account

    Every server process rejects them from that moment. Only an administrator can restore the account, with a new key.
    """
    return auth_controller.revoke()


@blueprint.route("/keys", methods=["GET"])
@blueprint.problems(*auth_controller.KEY_ERRORS)
@blueprint.arguments(NoOptions, location="query")
@blueprint.response(200, KeyList, example=examples.KEYS)
def list_keys(options: dict[str, Any]) -> Response:
    """List the account's keys, newest first"""
    return auth_controller.list_keys()


@blueprint.route("/keys", methods=["POST"])
@blueprint.problems(*auth_controller.ADD_KEY_ERRORS)
@blueprint.arguments(NewKeyOptions, location="json", example=examples.NEW_KEY_OPTIONS)
@blueprint.response(201, NewKey, example=examples.NEW_KEY)
def add_key(options: dict[str, Any]) -> Response:
    """Create a further key

    It can have only scopes that the calling key has.
    """
    return auth_controller.add_key(options)


@blueprint.route("/keys/<string:key_id>", methods=["DELETE"], parameters=[KEY_ID])
@blueprint.problems(*auth_controller.REVOKE_KEY_ERRORS)
@blueprint.arguments(NoOptions, location="query")
@blueprint.alt_response(204, description="The key is rejected from now on")
def revoke_key(options: dict[str, Any], key_id: str) -> Response:
    """Revoke a key"""
    return auth_controller.revoke_key(key_id)
