"""Signatures of Standard Webhooks: HMAC-SHA256 over id, time and body."""

from __future__ import annotations

import base64
import hashlib
import hmac

PREFIX = "whsec_"
#: Told apart from all else that is derived from SECRET_KEY.
PURPOSE = b"webhooks"


def derived_secret(secret_key: str) -> str:
    """The secret of an installation that names none: 32 bytes that tell nothing of SECRET_KEY."""
    digest = hmac.new(secret_key.encode(), PURPOSE, hashlib.sha256).digest()
    return PREFIX + base64.b64encode(digest).decode()


class Signer:
    """Signs with each secret given, so that receivers can be moved from an old one to a new one."""

    def __init__(self, secrets: tuple[str, ...]) -> None:
        """`secrets`: `whsec_` and base64, the newest first."""
        self.secrets = secrets
        self._keys = [base64.b64decode(secret.removeprefix(PREFIX)) for secret in secrets]

    def headers(self, message_id: str, timestamp: int, body: bytes) -> dict[str, str]:
        """The headers of one try; `timestamp` is the Unix time of the try. The id holds no full stop."""
        signed = f"{message_id}.{timestamp}.".encode() + body
        digests = [hmac.new(key, signed, hashlib.sha256).digest() for key in self._keys]
        return {
            "webhook-id": message_id,
            "webhook-timestamp": str(timestamp),
            "webhook-signature": " ".join(f"v1,{base64.b64encode(digest).decode()}" for digest in digests),
        }
