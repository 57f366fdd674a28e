"""Uploaded files, from the first byte received to the end of their job: on disk, or with whatever speaks S3.

One contract (`base.Storage`), two back ends, one set of tests over both. Names are ours alone: nothing that a client
sent ever becomes part of a path or an object's key.
"""

from __future__ import annotations

from services.storage.base import SignedUpload, Storage
from services.storage.file_storage import FileStorage
from services.storage.incoming import IncomingFile
from services.storage.s3_storage import S3Storage
from services.storage.signature import UploadSignature

__all__ = [
    "FileStorage",
    "IncomingFile",
    "S3Storage",
    "SignedUpload",
    "Storage",
    "UploadSignature",
    "build_storage",
]


def build_storage(settings) -> Storage:
    """The back end that the settings choose: S3 where a bucket is named, the file system elsewhere."""
    if settings.s3_bucket:
        return S3Storage(
            settings.upload_folder,
            settings.s3_bucket,
            prefix=settings.s3_prefix,
            endpoint_url=settings.s3_endpoint_url,
            region=settings.s3_region,
        )
    return FileStorage(settings.upload_folder, UploadSignature(settings.secret_key))
