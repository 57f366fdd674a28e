"""Uploads in S3 or a service with its protocol (MinIO, R2, GCS). boto3 is imported only by processes that use it."""

from __future__ import annotations

import secrets
import shutil
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO

import structlog

from services.errors import StorageUnavailable, UploadMissing
from services.storage.base import SignedUpload
from services.storage.incoming import FileReceiver, IncomingFile
from services.storage.ranges import file_of
from utils.process import call_after_fork

log = structlog.get_logger(__name__)

#: Limits of one request, so that an unreachable server is reported within seconds: seconds to connect, seconds for each
#: part of a response, attempts.
CONNECT_SECONDS, READ_SECONDS, TRIES = 1, 10, 2
CHUNK_BYTES = 1 << 18
#: Key prefixes: files as clients uploaded them, files that jobs work on, and files that were generated for results.
ANNOUNCED, KEPT, OUTPUTS = "announced/", "kept/", "outputs/"
#: Error codes for an object that does not exist. A missing bucket has another code.
OBJECT_MISSING = frozenset({"NoSuchKey", "404"})


class S3Storage(FileReceiver):
    """Objects under `prefix` in `bucket`: `announced/{job id}` and `kept/{key}`.

    `folder` holds request bodies while they are received, and local copies of objects. boto3 finds the credentials.
    Safe to use from several threads and after a fork.
    """

    def __init__(self, folder: Path, bucket: str, *, prefix: str, endpoint_url: str, region: str) -> None:
        super().__init__(folder / "incoming")
        self._bucket = bucket
        self._prefix = f"{prefix.strip('/')}/" if prefix.strip("/") else ""
        self._endpoint_url = endpoint_url
        self._region = region
        self._reset_client()
        call_after_fork(self._reset_client)

    def _reset_client(self) -> None:
        """Connections belong to one process, so a forked child makes its own client."""
        self._boto3_client: Any = None
        self._lock = threading.Lock()

    def save(self, incoming: IncomingFile, key: str = "") -> str:
        """Streams the file in one PUT; a multipart upload would hold parts of it in memory."""
        key = key or KEPT + secrets.token_hex(16)
        with closing(incoming), self._client() as s3:
            incoming.flush()
            incoming.seek(0)
            s3.put_object(**self._object(key), Body=incoming, ContentLength=incoming.size())
        return key

    @contextmanager
    def local(self, key: str) -> Iterator[Path]:
        with closing(self.receive()) as copy:
            with self._client(missing=UploadMissing) as s3:
                body = s3.get_object(**self._object(key))["Body"]
                shutil.copyfileobj(body, copy, CHUNK_BYTES)
                copy.flush()
            yield copy.path

    @contextmanager
    def open(self, key: str) -> Iterator[BinaryIO]:
        size = self.size(key)
        if size is None:
            raise UploadMissing()
        with file_of(partial(self._read_range, key), size) as file:
            yield file

    def _read_range(self, key: str, start: int, count: int) -> bytes:
        with self._client(missing=UploadMissing) as s3:
            found = s3.get_object(**self._object(key), Range=f"bytes={start}-{start + count - 1}")
            content: bytes = found["Body"].read()
            return content

    def size(self, key: str) -> int | None:
        try:
            with self._client(missing=UploadMissing) as s3:
                return int(s3.head_object(**self._object(key))["ContentLength"])
        except UploadMissing:
            return None

    def delete(self, key: str) -> None:
        try:
            with self._client() as s3:
                if key:
                    s3.delete_object(**self._object(key))
        except StorageUnavailable:
            log.warning("an upload could not be deleted", exc_info=True)

    def older_than(self, seconds: float) -> Iterator[str]:
        latest = time.time() - seconds
        for found in self._objects(""):
            if found["LastModified"].timestamp() < latest:
                yield found["Key"].removeprefix(self._prefix)

    def check(self) -> None:
        super().check()
        with self._client() as s3:
            s3.head_bucket(Bucket=self._bucket)

    def announced_key(self, job_id: str) -> str:
        return ANNOUNCED + job_id

    def output_key(self, result_id: str, name: str) -> str:
        return f"{OUTPUTS}{result_id}.{name}"

    def sign_put(self, job_id: str, size: int, content_type: str, expires_at: float) -> SignedUpload:
        parameters = {**self._object(self.announced_key(job_id)), "ContentType": content_type, "ContentLength": size}
        seconds = max(1, int(expires_at - time.time()))
        with self._client() as s3:
            url = s3.generate_presigned_url("put_object", Params=parameters, ExpiresIn=seconds)
        headers = {"Content-Type": content_type, "Content-Length": str(size)}
        return SignedUpload(url=url, headers=headers, expires_at=expires_at)

    def arrived(self) -> Iterator[str]:
        for found in self._objects(ANNOUNCED):
            yield found["Key"].removeprefix(self._prefix + ANNOUNCED)

    def claim(self, job_id: str) -> str:
        """Copies the object within S3."""
        key = KEPT + secrets.token_hex(16)
        with self._client(missing=UploadMissing) as s3:
            s3.copy_object(**self._object(key), CopySource=self._object(self.announced_key(job_id)))
        return key

    def job_of(self, name: str) -> str | None:
        prefix = self._prefix + ANNOUNCED
        return name.removeprefix(prefix) if name.startswith(prefix) else None

    def _object(self, key: str) -> dict[str, str]:
        return {"Bucket": self._bucket, "Key": self._prefix + key}

    def _objects(self, prefix: str) -> Iterator[dict[str, Any]]:
        with self._client() as s3:
            pages = s3.get_paginator("list_objects_v2").paginate(Bucket=self._bucket, Prefix=self._prefix + prefix)
            for page in pages:
                yield from page.get("Contents", ())

    @contextmanager
    def _client(self, missing: type[Exception] = StorageUnavailable) -> Iterator[Any]:
        """The boto3 client, with its errors translated. Raises `missing` if an object does not exist."""
        from boto3.exceptions import Boto3Error
        from botocore.exceptions import BotoCoreError, ClientError

        try:
            with self._lock:
                self._boto3_client = self._boto3_client or self._make_client()
            yield self._boto3_client
        except ClientError as error:
            object_missing = error.response["Error"]["Code"] in OBJECT_MISSING
            raise (missing if object_missing else StorageUnavailable)() from error
        except (BotoCoreError, Boto3Error, OSError) as error:
            raise StorageUnavailable() from error

    def _make_client(self) -> Any:
        import boto3
        from botocore.config import Config

        config = Config(
            signature_version="s3v4",
            connect_timeout=CONNECT_SECONDS,
            read_timeout=READ_SECONDS,
            retries={"total_max_attempts": TRIES, "mode": "standard"},
            max_pool_connections=64,
            # Some S3-compatible services do not know the checksums that newer clients add to every request.
            request_checksum_calculation="when_required",
            response_checksum_validation="when_required",
            s3={"addressing_style": "path" if self._endpoint_url else "auto"},
        )
        endpoint = self._endpoint_url or None
        return boto3.session.Session().client("s3", endpoint_url=endpoint, region_name=self._region, config=config)
