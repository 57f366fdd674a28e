"""Accounts, their API keys, limits and usage, as stored in Redis hashes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from datetime import UTC, datetime, timedelta
from typing import Final, Literal

Status = Literal["pending", "active", "revoked"]
PENDING: Final = "pending"
ACTIVE: Final = "active"
REVOKED: Final = "revoked"
STATUSES: tuple[str, ...] = (PENDING, ACTIVE, REVOKED)

#: What a key may do: create, cancel and delete jobs; read jobs and results; administrate.
SUBMIT: Final = "submit"
READ: Final = "read"
ADMIN: Final = "admin"
SCOPES = (SUBMIT, READ, ADMIN)
USUAL_SCOPES = frozenset({SUBMIT, READ})

Stored = Mapping[bytes, bytes]


@dataclass(frozen=True, slots=True)
class Limits:
    """0: no limit. None: the default of the settings."""

    requests_per_minute: int | None = None
    pages_per_day: int | None = None
    pages_per_month: int | None = None
    concurrent_jobs: int | None = None
    max_file_bytes: int | None = None

    def or_default(self, defaults: Limits) -> Limits:
        return Limits(**{name: own if own is not None else getattr(defaults, name) for name, own in self.items()})

    def items(self) -> list[tuple[str, int | None]]:
        return [*asdict(self).items()]


LIMIT_NAMES = tuple(each.name for each in fields(Limits))


@dataclass(frozen=True, slots=True)
class Account:
    """Times are Unix seconds."""

    id: str
    email: str
    name: str
    status: str
    created_at: float
    limits: Limits = field(default_factory=Limits)

    @classmethod
    def from_hash(cls, account_id: str, stored: Stored) -> Account:
        values = _texts(stored)
        limits = {name: int(values[name]) for name in LIMIT_NAMES if name in values}
        created_at = float(values["created_at"])
        return cls(account_id, values["email"], values["name"], values["status"], created_at, Limits(**limits))


@dataclass(frozen=True, slots=True)
class AccessKey:
    """An API key without its secret. `replaced`: a new key has been created for it, so it works only for a while."""

    id: str
    name: str
    scopes: frozenset[str]
    created_at: float
    expires_at: float | None = None
    revoked_at: float | None = None
    replaced: bool = False
    last_used_at: float | None = None

    @classmethod
    def from_hash(cls, stored: Stored) -> AccessKey:
        values = _texts(stored)
        return cls(
            id=values["id"],
            name=values["name"],
            scopes=frozenset(values["scopes"].split()),
            created_at=float(values["created_at"]),
            expires_at=_number(values.get("expires_at")),
            revoked_at=_number(values.get("revoked_at")),
            replaced="replaced_at" in values,
            last_used_at=_number(values.get("last_used_at")),
        )


@dataclass(frozen=True, slots=True)
class Usage:
    """What an owner has used. Days, and for pages months, are in UTC: {"2026-01-31": pages, "2026-01": pages}."""

    requests: int
    pages: int
    #: Pages of running jobs that are not read yet. They count against the limits.
    reserved: int
    running: int
    last_used_at: float | None
    requests_of: dict[str, int]
    pages_of: dict[str, int]

    @classmethod
    def from_hash(cls, stored: Stored) -> Usage:
        values = _texts(stored)
        total = {name: int(values.get(name, "0")) for name in ("requests", "pages", "reserved", "running")}
        requests_of = _by_period(values, "requests:")
        total["requests"] += sum(requests_of.values())  # those of forgotten days are in the total already
        return cls(
            **total,
            last_used_at=_number(values.get("last_used_at")),
            requests_of=requests_of,
            pages_of=_by_period(values, "pages:"),
        )

    def days(self) -> list[dict[str, int | str]]:
        """Requests and pages by day, the newest first."""
        days = sorted({*self.requests_of, *self.pages_of}, reverse=True)
        return [
            {"date": day, "requests": self.requests_of.get(day, 0), "pages": self.pages_of.get(day, 0)}
            for day in days
            if len(day) == len("2026-01-31")
        ]


@dataclass(frozen=True, slots=True)
class Period:
    """The day or month of a time in UTC, and when it ends."""

    name: str
    ends: datetime

    @classmethod
    def day(cls, now: float) -> Period:
        begin = datetime.fromtimestamp(now, UTC).replace(hour=0, minute=0, second=0, microsecond=0)
        return cls(f"{begin:%Y-%m-%d}", begin + timedelta(days=1))

    @classmethod
    def month(cls, now: float) -> Period:
        begin = datetime.fromtimestamp(now, UTC).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
        return cls(f"{begin:%Y-%m}", (begin + timedelta(days=32)).replace(day=1))


def _texts(stored: Stored) -> dict[str, str]:
    return {name.decode(): value.decode() for name, value in stored.items()}


def _number(text: str | None) -> float | None:
    return float(text) if text else None


def _by_period(values: Mapping[str, str], prefix: str) -> dict[str, int]:
    return {name.removeprefix(prefix): int(value) for name, value in values.items() if name.startswith(prefix)}
