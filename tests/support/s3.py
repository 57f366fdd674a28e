"""A real S3 server for tests: moto's, in its own process."""

from __future__ import annotations

import os
import signal
import subprocess
import sys

import boto3
import requests

from stress.harness import free_port, wait_until
from utils.process import tie_to

CREDENTIALS = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test-secret"}


class S3Server:
    """An S3 with one bucket. Tests may stop and freeze it."""

    bucket = "files"

    def __init__(self) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.process: subprocess.Popen | None = None
        self.client = boto3.session.Session(
            aws_access_key_id=CREDENTIALS["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=CREDENTIALS["AWS_SECRET_ACCESS_KEY"],
            region_name="us-east-1",
        ).client("s3", endpoint_url=self.url)

    @property
    def settings(self) -> dict[str, str]:
        """Environment variables with which the service uses this server."""
        return {"S3_BUCKET": self.bucket, "S3_ENDPOINT_URL": self.url, "S3_PREFIX": "ocr", **CREDENTIALS}

    def start(self) -> S3Server:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "moto.server", "--host", "127.0.0.1", "--port", str(self.port)],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            preexec_fn=tie_to(os.getpid(), signal.SIGKILL),
        )
        wait_until(self._responds, 30, "the S3 server")
        self.client.create_bucket(Bucket=self.bucket)
        return self

    def _responds(self) -> bool:
        try:
            return requests.get(self.url, timeout=3).ok
        except requests.RequestException:
            return False

    def object_names(self) -> list[str]:
        return [found["Key"] for found in self.client.list_objects_v2(Bucket=self.bucket).get("Contents", ())]

    def clear(self) -> None:
        for name in self.object_names():
            self.client.delete_object(Bucket=self.bucket, Key=name)

    def stop(self) -> None:
        if self.process:
            self.process.send_signal(signal.SIGCONT)
            self.process.kill()
            self.process.wait(10)
            self.process = None
