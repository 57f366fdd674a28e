"""Accounts, API keys, usage, and the audit log."""

from datetime import UTC
from typing import Any

from marshmallow import Schema, fields, validate

from routes.schemas.base import StrictSchema, about
from routes.schemas.jobs import LIMIT

SCOPES = ["submit", "read", "admin"]
STATUSES = ["pending", "active", "revoked"]
#: Largest value of a limit: JSON numbers are exact up to there.
MAX_LIMIT = 2**53 - 1
NAME = [
    validate.Length(min=1, max=100),
    validate.Regexp(r"^[^\x00-\x1f\x7f]*$(?!\n)", error="It has control characters."),
]
ID = fields.String(required=True, **about("The account's id, which also owns its jobs."))


def _time(description: str, required: bool = True) -> fields.DateTime:
    return fields.DateTime(required=required, allow_none=True, **about(description))


def _scopes(**options: Any) -> fields.List[Any]:
    return fields.List(
        fields.String(validate=validate.OneOf(SCOPES)),
        validate=validate.Length(min=1),
        **options,
        **about("`submit`: create, cancel and delete jobs. `read`: read jobs and results. `admin`: /admin."),
    )


class Registration(StrictSchema):
    email = fields.String(
        required=True, validate=validate.Length(max=254), **about("One account per address, whatever its case.")
    )
    name = fields.String(required=True, validate=NAME, **about("Of a person, a team or a program."))


class NewKey(Schema):
    """A new API key. No other response has it."""

    id = ID
    email = fields.String(required=True)
    name = fields.String(required=True, **about("Of the account."))
    status = fields.String(required=True, validate=validate.OneOf(STATUSES))
    key_id = fields.String(required=True, **about("Identifies the key in lists. Not a secret."))
    api_key = fields.String(required=True, **about("The key itself. It is not stored and cannot be shown again."))
    message = fields.String(required=True)


class ReplacedKey(NewKey):
    """A new key, and how long the old one still works."""

    grace_seconds = fields.Integer(required=True)


class RevokedAccount(Schema):
    id = ID
    status = fields.String(required=True, validate=validate.OneOf(STATUSES))
    message = fields.String(required=True)


class Key(Schema):
    """An API key without its secret."""

    id = fields.String(required=True)
    name = fields.String(required=True)
    scopes = _scopes(required=True)
    created_at = _time("Null for a key of the settings.")
    expires_at = _time("Null if it does not expire.")
    revoked_at = _time("Null if it is not revoked.")
    replaced = fields.Boolean(required=True, **about("A new key was created for it, so it works only for a while."))
    last_used_at = _time("To the minute.")


class KeyList(Schema):
    keys = fields.List(fields.Nested(Key), required=True)


class NewKeyOptions(StrictSchema):
    name = fields.String(load_default="further", validate=NAME)
    scopes = _scopes(load_default=lambda: ["read", "submit"])
    expires_at = fields.AwareDateTime(
        load_default=None, allow_none=True, default_timezone=UTC, **about("By default, the key does not expire.")
    )


class AccountQuota(Schema):
    """`remaining` = `limit` - `used` - `reserved`. Both are null without a limit."""

    limit = fields.Integer(required=True, allow_none=True)
    used = fields.Integer(required=True)
    reserved = fields.Integer(required=True, **about("Pages of running jobs that have not been read yet."))
    remaining = fields.Integer(required=True, allow_none=True)


class PeriodQuota(AccountQuota):
    resets_at = fields.DateTime(required=True)


class Quotas(Schema):
    pages_per_day = fields.Nested(PeriodQuota, required=True)
    pages_per_month = fields.Nested(PeriodQuota, required=True)
    concurrent_jobs = fields.Nested(AccountQuota, required=True)
    requests_per_minute = fields.Integer(required=True, allow_none=True, **about("Requests that create work."))
    max_file_bytes = fields.Integer(required=True, allow_none=True)


class DayUsage(Schema):
    date = fields.Date(required=True)
    requests = fields.Integer(required=True)
    pages = fields.Integer(required=True)


class _Usage(Schema):
    request_count = fields.Integer(required=True, **about("All requests with a key of the account."))
    pages = fields.Integer(required=True, **about("Pages that were read, since the account was created."))
    last_used_at = _time("To the minute. Null if no key was used yet.")
    quota = fields.Nested(Quotas, required=True)
    days = fields.List(fields.Nested(DayUsage), required=True, **about("Newest first, for two months."))


class AccountLimits(Schema):
    """0 or null: no limit."""

    requests_per_minute = fields.Integer(allow_none=True)
    pages_per_day = fields.Integer(allow_none=True)
    pages_per_month = fields.Integer(allow_none=True)
    concurrent_jobs = fields.Integer(allow_none=True)
    max_file_bytes = fields.Integer(allow_none=True)


class AccountFields(Schema):
    id = ID
    email = fields.String(required=True, allow_none=True)
    name = fields.String(required=True)
    status = fields.String(required=True, validate=validate.OneOf(STATUSES))
    created_at = fields.DateTime()
    limits = fields.Nested(AccountLimits, **about("As they apply."))
    own_limits = fields.Nested(AccountLimits, **about("Those that differ from the settings."))


class Stats(AccountFields, _Usage):
    """The account of the calling key. A key of the settings has no e-mail address, creation time and limits."""

    key = fields.Nested(Key, required=True)


def _limit(unit: str) -> fields.Integer:
    return fields.Integer(
        strict=True,
        allow_none=True,
        validate=validate.Range(0, MAX_LIMIT),
        **about(f"{unit} 0: no limit. Null: the default of the settings."),
    )


class _LimitChanges(StrictSchema):
    requests_per_minute = _limit("Requests that create work.")
    pages_per_day = _limit("Pages read per day (UTC).")
    pages_per_month = _limit("Pages read per month (UTC).")
    concurrent_jobs = _limit("Jobs that run or wait at a time.")
    max_file_bytes = _limit("Bytes of a file.")


class AccountChanges(_LimitChanges):
    """What is left out stays as it is."""

    name = fields.String(validate=NAME)


class NewAccount(_LimitChanges, Registration):
    scopes = _scopes(load_default=lambda: ["read", "submit"])
    expires_at = fields.AwareDateTime(
        load_default=None, allow_none=True, default_timezone=UTC, **about("When the first key expires.")
    )


class AccountListOptions(StrictSchema):
    status = fields.String(load_default="", validate=validate.OneOf(["", *STATUSES]), **about("All by default."))
    offset = fields.Integer(
        load_default=0, validate=validate.Range(0, 1_000_000), **about("Number of accounts to skip.")
    )
    limit = LIMIT


class Account(AccountFields):
    """An account as administrators see it."""


class AccountList(Schema):
    accounts = fields.List(fields.Nested(Account), required=True)
    total = fields.Integer(required=True)


class AccountDetails(AccountFields, _Usage):
    """An account with its usage and keys."""

    keys = fields.List(fields.Nested(Key), required=True)


class DeletedAccount(Schema):
    id = ID
    deleted_jobs = fields.Integer(required=True)


class AuditOptions(StrictSchema):
    account = fields.String(
        load_default="", validate=validate.Length(max=64), **about("Entries of this account. All by default.")
    )
    limit = fields.Integer(load_default=100, validate=validate.Range(1, 1000), **about("Maximum number to return."))


class AuditEntry(Schema):
    at = fields.DateTime(required=True)
    event = fields.String(required=True, **about("Such as `registered`, `key_revoked`, `quota_exceeded`."))
    account = fields.String(required=True, allow_none=True)
    actor = fields.String(
        required=True, **about("An account, `admin-token`, `command line`, or the address of a refused request.")
    )
    detail = fields.String(required=True)


class AuditLog(Schema):
    entries = fields.List(fields.Nested(AuditEntry), required=True, **about("Newest first."))
