"""``python -m bench.sizing URL [FOLDER]``: what pictures cost a running service, asked of it from outside.

All pictures of the folder are sent at once and their results waited for. The service has to run with
RATE_LIMIT_ENABLED=false.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
import urllib.request
import uuid
from dataclasses import dataclass
from pathlib import Path

from bench.machine import describe
from bench.ocr import SAMPLE, SUFFIXES


@dataclass(frozen=True)
class Usage:
    """Megabytes: what each worker process holds, and what Redis's data take."""

    workers: tuple[float, ...]
    redis: float


class Service:
    """A running service at `url`. Every call raises `urllib.error.URLError` when it does not answer as wanted."""

    def __init__(self, url: str) -> None:
        self._url = url.rstrip("/")

    def get(self, path: str) -> dict:
        with urllib.request.urlopen(self._url + path, timeout=120) as answer:
            return json.load(answer)

    def usage(self) -> Usage:
        checks = self.get("/health")["checks"]
        return Usage(tuple(worker["rss_mb"] for worker in checks["workers"]["workers"]), checks["redis"]["used_mb"])

    def send(self, picture: Path) -> str:
        """The job's address. A few bytes behind the picture's end keep it from being known already."""
        content = picture.read_bytes() + uuid.uuid4().bytes
        head = f'--x\r\nContent-Disposition: form-data; name="file"; filename="{picture.name}"\r\n\r\n'
        request = urllib.request.Request(
            self._url + "/ocr/image",
            head.encode() + content + b"\r\n--x--\r\n",
            {"Content-Type": "multipart/form-data; boundary=x"},
        )
        with urllib.request.urlopen(request, timeout=120) as answer:
            return json.load(answer)["links"]["self"]


def measure(service: Service, found: list[Path]) -> tuple[float, list[Usage]]:
    """Seconds until the last job has ended, and the usage before, meanwhile (every second) and after."""
    usages = [service.usage()]
    started = time.perf_counter()
    for job in [service.send(picture) for picture in found]:
        while not service.get(job)["ready"]:
            time.sleep(1)
            usages.append(service.usage())
    seconds = time.perf_counter() - started
    return seconds, [*usages, service.usage()]


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.sizing", description="What pictures cost a running service.")
    parser.add_argument("url", help="such as http://127.0.0.1:5000")
    parser.add_argument("folder", nargs="?", type=Path, default=SAMPLE)
    parser.add_argument("--limit", type=int, default=20)
    chosen = parser.parse_args(arguments)
    found = sorted(path for path in chosen.folder.glob("*") if path.suffix.lower() in SUFFIXES)[: chosen.limit]
    if not found:
        sys.stderr.write(f"There is no picture in {chosen.folder}.\n")
        return 2
    seconds, usages = measure(Service(chosen.url), found)
    first, last = usages[0], usages[-1]
    highest = max(megabytes for usage in usages for megabytes in usage.workers or (0,))
    kept = (last.redis - first.redis) * 1024 / len(found)
    sys.stdout.write(
        f"machine   {describe()}\n"
        f"pictures  {len(found)}, {seconds / len(found):.2f} s each, {60 * len(found) / seconds:.0f} a minute\n"
        f"workers   {len(last.workers)}; MB each before {first.workers}, after {last.workers}, highest {highest}\n"
        f"redis     {last.redis:.2f} MB; {kept:.0f} kB for each job\n"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
