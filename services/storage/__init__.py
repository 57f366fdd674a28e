"""Uploaded files, from the first received byte to the end of their job: on disk or in S3.

One contract (`base.Storage`), two back ends, one test suite for both. File names and object keys are generated: client
input never becomes part of a path or a key.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from services.storage.base import SignedUpload, Storage
from services.storage.file_storage import FileStorage
from services.storage.incoming import IncomingFile
from services.storage.s3_storage import S3Storage
from services.storage.signature import UploadSignature

__all__ = ["FileStorage", "IncomingFile", "S3Storage", "SignedUpload", "Storage", "UploadSignature", "build_storage"]


def build_storage(
    folder: Path,
    signature: UploadSignature,
    upload_path: Callable[[str], str],
    *,
    s3_bucket: str = "",
    s3_prefix: str = "",
    s3_endpoint_url: str = "",
    s3_region: str = "",
) -> Storage:
    """S3 if a bucket is named, otherwise the file system. `folder` also holds files while they are received."""
    if s3_bucket:
        return S3Storage(folder, s3_bucket, prefix=s3_prefix, endpoint_url=s3_endpoint_url, region=s3_region)
    return FileStorage(folder, signature, upload_path)
