"""Uploads with S3, or whatever speaks its protocol (MinIO, R2, GCS). boto3 is loaded by processes that use it alone."""

from __future__ import annotations

import os
import secrets
import threading
import time
import weakref
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import structlog

from services.errors import StorageUnavailable, UploadMissing
from services.storage.base import SignedUpload
from services.storage.incoming import IncomingFile, IncomingFolder

log = structlog.get_logger(__name__)

#: A server that is not there is told within seconds: two tries, each of which may wait so long for a connection and for
#: each answer or part of one.
CONNECT_SECONDS, READ_SECONDS, TRIES = 1, 10, 2
CHUNK_BYTES = 1 << 18
ANNOUNCED, KEPT = "announced/", "kept/"
#: What S3 says of an object that is not there; a bucket that is not there is another matter.
GONE = frozenset({"NoSuchKey", "404"})


class S3Storage:
    """Objects under `prefix` in `bucket`: `announced/{job id}` as clients PUT them, `kept/{key}` as jobs work on them.

    Bodies that come to the web server, and copies of objects for those who need a path, lie in `folder` meanwhile.
    Credentials come from where boto3 looks for them. Safe to use from many threads, and in children of a fork.
    """

    def __init__(self, folder: Path, bucket: str, *, prefix: str, endpoint_url: str, region: str) -> None:
        self._incoming = IncomingFolder(folder / "incoming")
        self._bucket = bucket
        self._prefix = f"{prefix.strip('/')}/" if prefix.strip("/") else ""
        self._endpoint_url = endpoint_url
        self._region = region
        self._forget_client()
        forget = weakref.WeakMethod(self._forget_client)
        os.register_at_fork(after_in_child=lambda: (method := forget()) and method())

    def receive(self) -> IncomingFile:
        return self._incoming.receive()

    def keep(self, incoming: IncomingFile, key: str = "") -> str:
        """One PUT streams the file up; a client for multipart uploads would hold parts of it in memory."""
        key = key or KEPT + secrets.token_hex(16)
        with closing(incoming), self._s3() as s3:
            incoming.flush()
            incoming.seek(0)
            s3.put_object(**self._at(key), Body=incoming, ContentLength=incoming.size())
        return key

    @contextmanager
    def local(self, key: str) -> Iterator[Path]:
        copy = self.receive()
        try:
            with self._s3(missing=UploadMissing) as s3:
                body = s3.get_object(**self._at(key))["Body"]
                for chunk in body.iter_chunks(CHUNK_BYTES):
                    copy.write(chunk)
                copy.flush()
            yield copy.path
        finally:
            copy.close()

    def size(self, key: str) -> int | None:
        try:
            with self._s3(missing=UploadMissing) as s3:
                return s3.head_object(**self._at(key))["ContentLength"]
        except UploadMissing:
            return None

    def delete(self, key: str) -> None:
        try:
            with self._s3() as s3:
                if key:
                    s3.delete_object(**self._at(key))
        except StorageUnavailable:
            log.warning("an upload could not be deleted", exc_info=True)

    def older_than(self, seconds: float) -> Iterator[str]:
        latest = time.time() - seconds
        for found in self._objects(""):
            if found["LastModified"].timestamp() < latest:
                yield found["Key"].removeprefix(self._prefix)

    def check(self) -> None:
        self._incoming.check()
        with self._s3() as s3:
            s3.head_bucket(Bucket=self._bucket)

    def announced_key(self, job_id: str) -> str:
        return ANNOUNCED + job_id

    def sign_put(self, job_id: str, size: int, content_type: str, expires_at: float) -> SignedUpload:
        what = {**self._at(self.announced_key(job_id)), "ContentType": content_type, "ContentLength": size}
        seconds = max(1, int(expires_at - time.time()))
        with self._s3() as s3:
            url = s3.generate_presigned_url("put_object", Params=what, ExpiresIn=seconds)
        headers = {"Content-Type": content_type, "Content-Length": str(size)}
        return SignedUpload(url=url, headers=headers, expires_at=expires_at)

    def arrived(self) -> Iterator[str]:
        for found in self._objects(ANNOUNCED):
            yield found["Key"].removeprefix(self._prefix + ANNOUNCED)

    def take(self, job_id: str) -> str:
        """Copied within S3: what a client puts in place later is another object."""
        key = KEPT + secrets.token_hex(16)
        with self._s3(missing=UploadMissing) as s3:
            s3.copy_object(**self._at(key), CopySource=self._at(self.announced_key(job_id)))
        return key

    def job_of(self, name: str) -> str | None:
        place = self._prefix + ANNOUNCED
        return name.removeprefix(place) if name.startswith(place) else None

    def _at(self, key: str) -> dict[str, str]:
        return {"Bucket": self._bucket, "Key": self._prefix + key}

    def _objects(self, place: str) -> Iterator[dict]:
        with self._s3() as s3:
            pages = s3.get_paginator("list_objects_v2").paginate(Bucket=self._bucket, Prefix=self._prefix + place)
            for page in pages:
                yield from page.get("Contents", ())

    @contextmanager
    def _s3(self, missing: type[Exception] = StorageUnavailable) -> Iterator:
        """The client, with its faults translated; `missing` is raised for an object that is not there."""
        from boto3.exceptions import Boto3Error
        from botocore.exceptions import BotoCoreError, ClientError

        try:
            yield self._client()
        except ClientError as error:
            gone = error.response["Error"]["Code"] in GONE
            raise (missing if gone else StorageUnavailable)() from error
        except (BotoCoreError, Boto3Error, OSError) as error:
            raise StorageUnavailable() from error

    def _client(self):
        with self._lock:
            if self._made is None:
                self._made = self._make_client()
            return self._made

    def _make_client(self):
        import boto3
        from botocore.config import Config

        config = Config(
            signature_version="s3v4",
            connect_timeout=CONNECT_SECONDS,
            read_timeout=READ_SECONDS,
            retries={"total_max_attempts": TRIES, "mode": "standard"},
            max_pool_connections=64,
            # Not all that speak S3 know the checksums which newer clients add to everything.
            request_checksum_calculation="when_required",
            response_checksum_validation="when_required",
            s3={"addressing_style": "path" if self._endpoint_url else "auto"},
        )
        endpoint = self._endpoint_url or None
        return boto3.session.Session().client("s3", endpoint_url=endpoint, region_name=self._region, config=config)

    def _forget_client(self) -> None:
        """Connections belong to one process: a child of a fork makes its own."""
        self._made = None
        self._lock = threading.Lock()
