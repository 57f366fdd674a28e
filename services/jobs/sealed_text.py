"""Texts that must not be readable where they are stored: encrypted with a key derived from SECRET_KEY.

For what a job needs until its file has been read: the URL of its file, which may grant access to it, and the password.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets

#: Separates this key from everything else derived from SECRET_KEY.
PURPOSE = b"sealed texts, 1"
_NONCE_BYTES = 12


class BrokenSeal(Exception):
    """The text was sealed with another SECRET_KEY or for another job, or was changed."""


class Sealer:
    """AES-256-GCM (NIST SP 800-38D). The id of the job is authenticated, so that no job can use the text of another."""

    def __init__(self, secret_key: str) -> None:
        self._key = hmac.digest(secret_key.encode(), PURPOSE, hashlib.sha256)

    def seal(self, text: str, job_id: str) -> str:
        """The sealed text in ASCII characters. An empty text stays empty."""
        if not text:
            return ""
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM  # 5 MB that most processes never need

        nonce = secrets.token_bytes(_NONCE_BYTES)
        sealed = AESGCM(self._key).encrypt(nonce, text.encode(), job_id.encode())
        return base64.b64encode(nonce + sealed).decode()

    def open(self, sealed: str, job_id: str) -> str:
        """Raises BrokenSeal."""
        if not sealed:
            return ""
        from cryptography.exceptions import InvalidTag
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        try:
            data = base64.b64decode(sealed, validate=True)
            return AESGCM(self._key).decrypt(data[:_NONCE_BYTES], data[_NONCE_BYTES:], job_id.encode()).decode()
        except (ValueError, InvalidTag) as error:
            raise BrokenSeal() from error
