"""Accounts on the command line: everything that an administrator can do over HTTP."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import UTC, datetime
from typing import Any

from controllers.account_responses import account_body, account_with_usage, audit_body, new_key_body
from controllers.command_line import errors_reported
from controllers.context import services
from controllers.responses import iso_time, status_body

ACTOR = "command line"
#: More entries than the audit log can have.
LARGEST_LOG = 100_000


@errors_reported()
def lines(status: str, offset: int, limit: int) -> list[str]:
    """One line for each account, then "SHOWN of TOTAL"."""
    total, accounts = services().accounts.list(offset, limit, status)
    rows = ["  ".join((each.id, each.status, str(iso_time(each.created_at)), each.email)) for each in accounts]
    return [*rows, f"{len(rows)} of {total}"]


@errors_reported()
def create(
    email: str, name: str, scopes: Collection[str], expires_at: datetime | None, limits: Mapping[str, int | None]
) -> dict[str, Any]:
    return new_key_body(services().accounts.create(email, name, ACTOR, scopes, _timestamp(expires_at), limits))


@errors_reported()
def show(account_id: str) -> dict[str, Any]:
    return account_with_usage(services().accounts.get(account_id))


@errors_reported()
def change(account_id: str, changes: Mapping[str, str | int | None]) -> dict[str, Any]:
    return account_body(services().accounts.change(account_id, ACTOR, changes))


@errors_reported()
def set_status(account_id: str, action: str) -> str:
    """`action`: approve, revoke or restore. Returns the new status."""
    accounts = services().accounts
    change = {"approve": accounts.approve, "revoke": accounts.revoke, "restore": accounts.restore}[action]
    return change(account_id, ACTOR).status


@errors_reported()
def add_key(account_id: str, name: str, scopes: Collection[str], expires_at: datetime | None) -> dict[str, Any]:
    return new_key_body(services().accounts.add_key(account_id, ACTOR, name, scopes, _timestamp(expires_at)))


@errors_reported()
def revoke_key(account_id: str, key_id: str) -> None:
    services().accounts.revoke_key(account_id, key_id, ACTOR)


@errors_reported()
def export(account_id: str) -> dict[str, Any]:
    """What the service stores about an account, except for results: the account, usage, keys, jobs, audit entries."""
    data = services().account_data
    body = account_with_usage(services().accounts.get(account_id))
    jobs = [{**status_body(record), "file_size": record.file_size} for record in data.jobs_of(account_id)]
    return {**body, "jobs": jobs, "audit": audit_entries(account_id, LARGEST_LOG)}


@errors_reported()
def delete(account_id: str) -> int:
    """The number of deleted jobs."""
    return services().account_data.delete(account_id, ACTOR)


@errors_reported()
def audit_entries(account: str, limit: int) -> list[dict[str, Any]]:
    return [audit_body(entry) for entry in services().accounts.audit.entries(account, limit)]


def _timestamp(time: datetime | None) -> float | None:
    return time.replace(tzinfo=UTC).timestamp() if time else None
