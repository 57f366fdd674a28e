"""Standard Webhooks signatures: HMAC-SHA256 over id, time and body."""

from __future__ import annotations

import base64
import hashlib
import hmac

PREFIX = "whsec_"
#: Separates this secret from everything else derived from SECRET_KEY.
PURPOSE = b"webhooks"


def derived_secret(secret_key: str) -> str:
    """The signing secret of an installation without WEBHOOK_SECRET: 32 bytes that do not reveal SECRET_KEY."""
    digest = hmac.new(secret_key.encode(), PURPOSE, hashlib.sha256).digest()
    return PREFIX + base64.b64encode(digest).decode()


class Signer:
    """Signs with every given secret, so that receivers can switch from an old secret to a new one."""

    def __init__(self, secrets: tuple[str, ...]) -> None:
        """secrets: `whsec_` and base64, the newest first."""
        self.secrets = secrets
        self._keys = [base64.b64decode(secret.removeprefix(PREFIX)) for secret in secrets]

    def headers(self, message_id: str, timestamp: int, body: bytes) -> dict[str, str]:
        """The headers of one attempt at Unix time `timestamp`. The id must not contain a full stop."""
        signed = f"{message_id}.{timestamp}.".encode() + body
        digests = [hmac.new(key, signed, hashlib.sha256).digest() for key in self._keys]
        return {
            "webhook-id": message_id,
            "webhook-timestamp": str(timestamp),
            "webhook-signature": " ".join(f"v1,{base64.b64encode(digest).decode()}" for digest in digests),
        }
