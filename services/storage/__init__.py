"""Uploaded files, from the first received byte to the end of their job: on disk or in S3.

One contract (`base.Storage`), two back ends, one test suite for both. File names and object keys are generated: client
input never becomes part of a path or a key.
"""

from services.storage.base import SignedUpload, Storage
from services.storage.file_storage import FileStorage
from services.storage.incoming import IncomingFile
from services.storage.s3_storage import S3Storage
from services.storage.signature import UploadSignature

__all__ = ["FileStorage", "IncomingFile", "S3Storage", "SignedUpload", "Storage", "UploadSignature"]
