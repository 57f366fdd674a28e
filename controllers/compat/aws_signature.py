"""Signature Version 4 of AWS: who signed a request, and whether the signature is right.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import parse_qsl, quote

ALGORITHM = "AWS4-HMAC-SHA256"
#: A signature is valid for this long before and after its date, in seconds.
TOLERANCE = 15 * 60
_END = "aws4_request"
#: A signature that does not cover these could be sent to another service, or later.
_NEEDED = {"host", "x-amz-date"}
_DATE = re.compile(r"\d{8}T\d{6}Z")


@dataclass(frozen=True, slots=True)
class SignedRequest:
    """What a signature covers. headers: with names in lower case. paths: those that the client may have signed.

    body_hash: SHA-256 in hexadecimal digits.
    """

    method: str
    paths: tuple[str, ...]
    query: str
    headers: Mapping[str, str]
    body_hash: str


@dataclass(frozen=True, slots=True)
class Signature:
    """The parts of the header Authorization."""

    key_id: str
    date: str
    region: str
    service: str
    signed: tuple[str, ...]
    signature: str

    @classmethod
    def parse(cls, header: str) -> Signature | None:
        """None if the header is not such a signature."""
        algorithm, _, rest = header.partition(" ")
        if algorithm != ALGORITHM:
            return None
        parts = dict(part.strip().split("=", 1) for part in rest.split(",") if "=" in part)
        scope = parts.get("Credential", "").rsplit("/", 4)
        if len(scope) != 5 or scope[-1] != _END or not parts.get("Signature"):
            return None
        signed = tuple(name for name in parts.get("SignedHeaders", "").split(";") if name)
        key_id, date, region, service, _ = scope
        return cls(key_id, date, region, service, signed, parts["Signature"])

    def problem(self, request: SignedRequest, secret: bytes, service: str, now: float) -> str:
        """Why the signature is not accepted, or an empty text. now: Unix seconds."""
        stamp = request.headers.get("x-amz-date", "")
        if not set(self.signed) >= _NEEDED:
            return f"The signature must cover the headers {' and '.join(sorted(_NEEDED))}."
        if not _DATE.fullmatch(stamp) or not stamp.startswith(self.date) or self.service != service:
            return f"The signature must be for today and for the service `{service}`."
        try:
            signed_at = datetime.strptime(stamp, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC).timestamp()
        except ValueError:
            return "The header X-Amz-Date is not a date."
        if abs(now - signed_at) > TOLERANCE:
            return f"The signature is expired: {stamp} is not within {TOLERANCE // 60} minutes of the server's time."
        given = self.signature.encode()
        if not any(hmac.compare_digest(self._expected(request, path, secret), given) for path in request.paths):
            return "The signature does not match. Check the secret access key."
        return ""

    def _expected(self, request: SignedRequest, path: str, secret: bytes) -> bytes:
        scope = f"{self.date}/{self.region}/{self.service}/{_END}"
        hashed = hashlib.sha256(self._canonical(request, path).encode("utf-8", "surrogateescape")).hexdigest()
        text = "\n".join((ALGORITHM, request.headers["x-amz-date"], scope, hashed))
        key = b"AWS4" + secret
        for part in (self.date, self.region, self.service, _END):
            key = _hmac(key, part)
        return _hmac(key, text).hex().encode()

    def _canonical(self, request: SignedRequest, path: str) -> str:
        """The request in the form that is signed. The hash of the body is always that of the body itself."""
        headers = "".join(f"{name}:{' '.join(request.headers.get(name, '').split())}\n" for name in self.signed)
        pairs = sorted((_quoted(name), _quoted(value)) for name, value in parse_qsl(request.query, True))
        return "\n".join(
            (
                request.method,
                quote(path, safe="/-_.~"),
                "&".join(f"{name}={value}" for name, value in pairs),
                headers,
                ";".join(self.signed),
                request.body_hash,
            )
        )


def _quoted(text: str) -> str:
    return quote(text, safe="-_.~")


def _hmac(key: bytes, text: str) -> bytes:
    return hmac.new(key, text.encode("utf-8", "surrogateescape"), hashlib.sha256).digest()
