"""Parsers of settings: the text of a variable -> its value.

They raise marshmallow's ValidationError with a message for the operator.
"""

from __future__ import annotations

import base64
import hashlib
import ipaddress
import re
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar, cast

from marshmallow import ValidationError, fields, validate

MIN_SECRET_LENGTH = 16

T = TypeVar("T")


def integer(minimum: int = 1, maximum: int | None = None) -> Callable[[str], int | None]:
    return fields.Integer(validate=validate.Range(minimum, maximum)).deserialize


def one_of(*choices: str) -> Callable[[str], str | None]:
    return fields.String(validate=validate.OneOf(choices)).deserialize


def matching(pattern: str, problem: str) -> Callable[[str], str | None]:
    return fields.String(validate=validate.Regexp(rf"(?:{pattern})\Z", re.DOTALL, error=problem)).deserialize


def list_of(parse: Callable[[str], T | None], separator: str | None = ",") -> Callable[[str], tuple[T, ...]]:
    return lambda text: tuple(cast(T, parse(part.strip())) for part in text.split(separator) if part.strip())


def folder(text: str) -> Path | None:
    return Path(text).resolve() if text else None


def network(text: str) -> str:
    try:
        return str(ipaddress.ip_network(text))
    except ValueError as error:
        raise ValidationError(f"must be addresses and networks separated by commas: {error}.") from error


def webhook_secret(text: str) -> str:
    try:
        key = base64.b64decode(text.removeprefix("whsec_"), validate=True)
    except ValueError:
        key = b""
    if not text.startswith("whsec_") or not 24 <= len(key) <= 64:  # the lengths of Standard Webhooks
        raise ValidationError("must be whsec_ and 24 to 64 bytes in base64. Separate several with spaces.")
    return text


def clients(text: str) -> dict[str, str]:
    """`alice:KEY, bob:KEY` or `KEY, KEY` -> {name: key}. A key without a name is named after its SHA-256."""
    pairs = [_client(part) for part in list_of(str)(text)]
    for name, key in pairs:
        if not re.fullmatch(r"(?!acct_)[A-Za-z0-9._-]{1,64}", name):  # account ids begin with acct_
            raise ValidationError(
                "must be keys or name:key pairs separated by commas. Names have letters, digits, . _ - only, and do "
                "not begin with acct_."
            )
        if len(key) < MIN_SECRET_LENGTH:
            raise ValidationError(f"the key of {name} must have at least {MIN_SECRET_LENGTH} characters.")
    if len(set(dict(pairs).values())) < len(pairs):
        raise ValidationError("must not contain a name or a key twice.")
    return dict(pairs)


def _client(part: str) -> tuple[str, str]:
    name, colon, key = part.partition(":")
    return (name, key) if colon else (f"key-{hashlib.sha256(part.encode()).hexdigest()[:12]}", part)


boolean = fields.Boolean().deserialize
required = matching(".+", "must not be empty.")
secret = matching(f"(.{{{MIN_SECRET_LENGTH},}})?", f"must have at least {MIN_SECRET_LENGTH} characters.")
redis_url = matching("((redis|rediss|unix)://.*)?", "must begin with redis://, rediss:// or unix://.")
http_url = matching("(https?://.*)?", "must begin with http:// or https://.")
origin = matching(
    r"\*|https?://([a-z0-9.-]+|\[[0-9a-f:]+\])(:\d{1,5})?",
    "must be * or origins without a path, such as https://a.example or http://localhost:3000, separated by commas.",
)
