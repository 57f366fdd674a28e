"""``python -m bench.sizing URL [FOLDER]``: measure throughput and memory of a running service from outside.

All images of the folder are uploaded at once. Start the service with RATE_LIMIT_ENABLED=false.
"""

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
    """Memory in MB: of each worker process, and of the data in Redis."""

    workers: tuple[float, ...]
    redis: float


class Service:
    """Client of a running service at `url`. All methods raise `urllib.error.URLError` for an unexpected response."""

    def __init__(self, url: str) -> None:
        self._url = url.rstrip("/")

    def get(self, path: str) -> dict:
        with urllib.request.urlopen(self._url + path, timeout=120) as response:
            return json.load(response)

    def usage(self) -> Usage:
        checks = self.get("/health")["checks"]
        return Usage(tuple(worker["rss_mb"] for worker in checks["workers"]["workers"]), checks["redis"]["used_mb"])

    def send(self, image: Path) -> str:
        """Upload an image and return the URL path of its job. Random bytes at the end prevent a cached result."""
        content = image.read_bytes() + uuid.uuid4().bytes
        head = f'--x\r\nContent-Disposition: form-data; name="file"; filename="{image.name}"\r\n\r\n'
        request = urllib.request.Request(
            self._url + "/ocr/image",
            head.encode() + content + b"\r\n--x--\r\n",
            {"Content-Type": "multipart/form-data; boundary=x"},
        )
        with urllib.request.urlopen(request, timeout=120) as response:
            return json.load(response)["links"]["self"]


def measure(service: Service, images: list[Path]) -> tuple[float, list[Usage]]:
    """Return the seconds until all jobs have finished, and the usage before, during (every second) and after."""
    usages = [service.usage()]
    started = time.perf_counter()
    for job in [service.send(image) for image in images]:
        while not service.get(job)["ready"]:
            time.sleep(1)
            usages.append(service.usage())
    seconds = time.perf_counter() - started
    return seconds, [*usages, service.usage()]


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m bench.sizing", description="Measure throughput and memory of a running service."
    )
    parser.add_argument("url", help="such as http://127.0.0.1:5000")
    parser.add_argument("folder", nargs="?", type=Path, default=SAMPLE)
    parser.add_argument("--limit", type=int, default=20)
    options = parser.parse_args(arguments)
    images = sorted(path for path in options.folder.glob("*") if path.suffix.lower() in SUFFIXES)[: options.limit]
    if not images:
        sys.stderr.write(f"No image found in {options.folder}.\n")
        return 2
    seconds, usages = measure(Service(options.url), images)
    first, last = usages[0], usages[-1]
    highest = max(megabytes for usage in usages for megabytes in usage.workers or (0,))
    redis_growth = (last.redis - first.redis) * 1024 / len(images)
    sys.stdout.write(
        f"machine   {describe()}\n"
        f"images    {len(images)}, {seconds / len(images):.2f} s each, {60 * len(images) / seconds:.0f} per minute\n"
        f"workers   {len(last.workers)}; MB each before {first.workers}, after {last.workers}, highest {highest}\n"
        f"redis     {last.redis:.2f} MB; {redis_growth:.0f} kB per job\n"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
