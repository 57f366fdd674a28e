"""Signs the service's own URLs: for the file system, what presigned URLs are for S3."""

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
        return self._signature("PUT", job_id, str(size), content_type, str(expires_at))

    def verify(self, signature: str, job_id: str, size: int, content_type: str, expires_at: int) -> bool:
        """Compares in constant time."""
        return _same(signature, self.sign(job_id, size, content_type, expires_at))

    def sign_download(self, job_id: str, name: str, expires_at: int) -> str:
        """The same for getting the generated file `name` of a job."""
        return self._signature("GET", job_id, name, str(expires_at))

    def verify_download(self, signature: str, job_id: str, name: str, expires_at: int) -> bool:
        return _same(signature, self.sign_download(job_id, name, expires_at))

    def _signature(self, *permitted: str) -> str:
        return hmac.digest(self._key, "\n".join(permitted).encode(), hashlib.sha256).hex()


def _same(signature: str, expected: str) -> bool:
    return hmac.compare_digest(expected.encode(), signature.encode())
