"""Signatures of our own upload addresses: what S3's presigned addresses do, for the file system."""

from __future__ import annotations

import hashlib
import hmac

#: Keeps these signatures apart from whatever else SECRET_KEY may sign.
PURPOSE = b"upload address, 1"


class UploadSignature:
    """HMAC-SHA256 over all that an address allows, with a key derived from SECRET_KEY."""

    def __init__(self, secret: str) -> None:
        self._key = hmac.digest(secret.encode(), PURPOSE, hashlib.sha256)

    def sign(self, job_id: str, size: int, content_type: str, expires_at: int) -> str:
        """The signature in hexadecimal digits. `size` in bytes, `expires_at` in Unix seconds."""
        allowed = "\n".join(["PUT", job_id, str(size), content_type, str(expires_at)])
        return hmac.digest(self._key, allowed.encode(), hashlib.sha256).hex()

    def verify(self, signature: str, job_id: str, size: int, content_type: str, expires_at: int) -> bool:
        """Compares in constant time."""
        expected = self.sign(job_id, size, content_type, expires_at)
        return hmac.compare_digest(expected.encode(), signature.encode())
