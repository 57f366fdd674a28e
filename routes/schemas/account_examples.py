"""Example responses about accounts."""

from typing import Any

ACCOUNT_ID = "acct_5f0b7c2e9a1d4c3b8e6f"
KEY_ID = "key_9c1e5a7b3d2f"
#: The checksum is that of another key, so secret scanners do not report it.
API_KEY = "pocr_" + "4" * 43 + "000000"

REGISTRATION = {"email": "ann@example.org", "name": "Ann's scanner"}
_ACCOUNT = {"id": ACCOUNT_ID, **REGISTRATION, "status": "active"}
NEW_KEY = {
    **_ACCOUNT,
    "key_id": KEY_ID,
    "api_key": API_KEY,
    "message": "Store the API key now: it cannot be shown again.",
}
REPLACED_KEY = {**NEW_KEY, "grace_seconds": 86_400}
REVOKED_ACCOUNT = {
    "id": ACCOUNT_ID,
    "status": "revoked",
    "message": "All API keys of this account are rejected from now on.",
}
KEY = {
    "id": KEY_ID,
    "name": "first",
    "scopes": ["read", "submit"],
    "created_at": "2026-01-01T12:00:00+00:00",
    "expires_at": None,
    "revoked_at": None,
    "replaced": False,
    "last_used_at": "2026-01-31T09:30:00+00:00",
}
KEYS = {"keys": [KEY]}
NEW_KEY_OPTIONS = {"name": "nightly job", "scopes": ["submit"], "expires_at": "2027-01-01T00:00:00Z"}


def _quota(limit: int | None, used: int, **more: str) -> dict[str, Any]:
    return {"limit": limit, "used": used, "reserved": 0, "remaining": limit - used if limit else None, **more}


USAGE = {
    "request_count": 812,
    "pages": 340,
    "last_used_at": "2026-01-31T09:30:00+00:00",
    "quota": {
        "pages_per_day": _quota(100, 12, resets_at="2026-02-01T00:00:00+00:00"),
        "pages_per_month": _quota(None, 340, resets_at="2026-02-01T00:00:00+00:00"),
        "concurrent_jobs": _quota(None, 0),
        "requests_per_minute": 10,
        "max_file_bytes": 52_428_800,
    },
    "days": [{"date": "2026-01-31", "requests": 30, "pages": 12}],
}
LIMITS = {
    "requests_per_minute": 10,
    "pages_per_day": 100,
    "pages_per_month": 0,
    "concurrent_jobs": 0,
    "max_file_bytes": 52_428_800,
}
ACCOUNT = {
    **_ACCOUNT,
    "created_at": "2026-01-01T12:00:00+00:00",
    "limits": LIMITS,
    "own_limits": {"pages_per_day": 100},
}
STATS = {**ACCOUNT, **USAGE, "key": KEY}
ACCOUNTS = {"accounts": [ACCOUNT], "total": 1}
ACCOUNT_DETAILS = {**ACCOUNT, **USAGE, "keys": [KEY]}
NEW_ACCOUNT = {**REGISTRATION, "pages_per_day": 100}
ACCOUNT_CHANGES = {"pages_per_day": 500, "requests_per_minute": None}
DELETED_ACCOUNT = {"id": ACCOUNT_ID, "deleted_jobs": 12}
AUDIT = {
    "entries": [
        {
            "at": "2026-01-31T09:30:00+00:00",
            "event": "quota_exceeded",
            "account": ACCOUNT_ID,
            "actor": "",
            "detail": "pages_per_day",
        },
        {
            "at": "2026-01-01T12:00:00+00:00",
            "event": "registered",
            "account": ACCOUNT_ID,
            "actor": "203.0.113.7",
            "detail": "",
        },
    ]
}
