"""Accounts as responses of the API and of the command line."""

from __future__ import annotations

from typing import Any

from controllers.context import services
from controllers.responses import iso_time
from services.accounts.account import ACTIVE, AccessKey, Account, Limits, Period, Usage
from services.accounts.audit import AuditEntry
from services.accounts.service import NewKey


def account_body(account: Account) -> dict[str, Any]:
    """`limits`: as they apply. `own_limits`: those that differ from the settings."""
    own = {name: value for name, value in account.limits.items() if value is not None}
    return {
        "id": account.id,
        "email": account.email,
        "name": account.name,
        "status": account.status,
        "created_at": iso_time(account.created_at),
        "limits": dict(services().accounts.limits(account).items()),
        "own_limits": own,
    }


def account_with_usage(account: Account) -> dict[str, Any]:
    accounts = services().accounts
    usage = accounts.usage(account.id)
    return {
        **account_body(account),
        **usage_body(usage, accounts.limits(account)),
        "keys": [key_body(key) for key in accounts.keys_of(account.id)],
    }


def new_key_body(new: NewKey) -> dict[str, Any]:
    """The only response that ever has this key."""
    waits = "" if new.account.status == ACTIVE else " It works after an administrator has approved the account."
    return {
        "id": new.account.id,
        "email": new.account.email,
        "name": new.account.name,
        "status": new.account.status,
        "key_id": new.id,
        "api_key": new.secret,
        "message": f"Store the API key now: it cannot be shown again.{waits}",
    }


def key_body(key: AccessKey) -> dict[str, Any]:
    return {
        "id": key.id,
        "name": key.name,
        "scopes": sorted(key.scopes),
        "created_at": iso_time(key.created_at),
        "expires_at": iso_time(key.expires_at),
        "revoked_at": iso_time(key.revoked_at),
        "replaced": key.replaced,
        "last_used_at": iso_time(key.last_used_at),
    }


def usage_body(usage: Usage, limits: Limits) -> dict[str, Any]:
    """Numbers of requests and pages, and what is left of each limit. `limit` and `remaining` are null without one."""
    now = services().redis.now()
    day, month = Period.day(now), Period.month(now)
    quota = {
        "pages_per_day": _quota(limits.pages_per_day, usage.pages_of.get(day.name, 0), usage.reserved, day),
        "pages_per_month": _quota(limits.pages_per_month, usage.pages_of.get(month.name, 0), usage.reserved, month),
        "concurrent_jobs": _quota(limits.concurrent_jobs, usage.running, 0),
        "requests_per_minute": limits.requests_per_minute or None,
        "max_file_bytes": limits.max_file_bytes or None,
    }
    return {
        "request_count": usage.requests,
        "pages": usage.pages,
        "last_used_at": iso_time(usage.last_used_at),
        "quota": quota,
        "days": usage.days(),
    }


def _quota(limit: int | None, used: int, reserved: int, period: Period | None = None) -> dict[str, Any]:
    body = {
        "limit": limit or None,
        "used": used,
        "reserved": reserved,
        "remaining": max(0, limit - used - reserved) if limit else None,
    }
    return {**body, "resets_at": period.ends.isoformat()} if period else body


def audit_body(entry: AuditEntry) -> dict[str, Any]:
    return {
        "at": iso_time(entry.at),
        "event": entry.event,
        "account": entry.account or None,
        "actor": entry.actor,
        "detail": entry.detail,
    }
