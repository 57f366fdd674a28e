"""Signs the service's own upload URLs: for the file system, what presigned URLs are for S3."""

from __future__ import annotations

import hashlib
import hmac

#: Separates these signatures from everything else derived from SECRET_KEY.
PURPOSE = b"upload address, 1"


class UploadSignature:
    """HMAC-SHA256 over everything that a URL permits, with a key derived from SECRET_KEY."""

    def __init__(self, secret: str) -> None:
        self._key = hmac.digest(secret.encode(), PURPOSE, hashlib.sha256)

    def sign(self, job_id: str, size: int, content_type: str, expires_at: int) -> str:
        """The signature in hexadecimal digits. `size` in bytes, `expires_at` in Unix seconds."""
        permitted = "\n".join(["PUT", job_id, str(size), content_type, str(expires_at)])
        return hmac.digest(self._key, permitted.encode(), hashlib.sha256).hex()

    def verify(self, signature: str, job_id: str, size: int, content_type: str, expires_at: int) -> bool:
        """Compares in constant time."""
        expected = self.sign(job_id, size, content_type, expires_at)
        return hmac.compare_digest(expected.encode(), signature.encode())
