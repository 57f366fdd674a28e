"""Requests a second, one kind after the other."""

from __future__ import annotations

import io
import json
import sys
import tempfile
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

from PIL import Image, ImageDraw

from bench.machine import describe
from stress.load.service import Service
from stress.load.wrk import Request, send

BOUNDARY = "bench"
FORM = f"multipart/form-data; boundary={BOUNDARY}"
JSON = "application/json"
#: Jobs whose status and result are asked for in turn.
JOBS = 50


def main(clients: int, seconds: int) -> None:
    say(f"machine   {describe()}")
    say(f"load      wrk, {clients} connections for {seconds} s each; the null engine reads, the rate limit is off")
    with (
        tempfile.TemporaryDirectory(prefix="bench-load-") as folder,
        Service(Path(folder), OCR_RUNTIME="null", OCR_WORKERS=1) as service,
    ):
        send(service.url, Request(("/health/alive",)), clients, 2)  # warm
        for name, request in (("GET /health/alive", Request(("/health/alive",))), *prepared(service.url)):
            if _is_there(service.url, request):
                before = service.processor_seconds("web")
                outcome = send(service.url, request, clients, seconds)
                spent = 1e6 * (service.processor_seconds("web") - before) / outcome.requests
                amiss = outcome.refused or outcome.broken
                say(
                    f"{name:28} {outcome.per_second:7.0f} a second   p50 {outcome.p50_ms:6.1f} ms   "
                    f"p99 {outcome.p99_ms:6.1f} ms   {spent:5.0f} µs of the web's processor time each"
                    + (f"; {outcome.refused} refused, {outcome.broken} broken" if amiss else "")
                )
            else:
                say(f"{name:28} is not there (404)")


def prepared(url: str) -> Iterator[tuple[str, Request]]:
    """What clients ask for, by its name; what it takes is there."""
    files = [form(picture(f"Number {number}")) for number in range(JOBS)]
    jobs = [post(f"{url}/ocr/image?wait=20", FORM, file)["job_id"] for file in files]
    yield "GET /ocr/job/{id}", Request(tuple(f"/ocr/job/{job}" for job in jobs))
    yield "GET /ocr/job/{id}/result", Request(tuple(f"/ocr/job/{job}/result" for job in jobs))
    yield "POST /ocr/image, known", Request(("/ocr/image?wait=20",), "POST", FORM, files[0])
    announced = {"filename": "scan.png", "file_size": 1000, "content_type": "image/png"}
    yield "POST /ocr/uploads", Request(("/ocr/uploads",), "POST", JSON, json.dumps(announced).encode())


def _is_there(url: str, request: Request) -> bool:
    """Whether the service has such an address, in this version of it."""
    headers = {"Content-Type": request.content_type} if request.body else {}
    asked = urllib.request.Request(url + request.paths[0], request.body or None, headers, method=request.method)
    try:
        urllib.request.urlopen(asked, timeout=30).close()
    except urllib.error.HTTPError as error:
        return error.code != 404
    return True


def picture(text: str) -> bytes:
    """A small PNG."""
    image = Image.new("RGB", (200, 60), "white")
    ImageDraw.Draw(image).text((10, 20), text, fill="black")
    out = io.BytesIO()
    image.save(out, "PNG")
    return out.getvalue()


def form(content: bytes) -> bytes:
    """A multipart body of one file."""
    head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="scan.png"\r\n\r\n'
    return head.encode() + content + f"\r\n--{BOUNDARY}--\r\n".encode()


def post(url: str, content_type: str, body: bytes) -> dict:
    """The JSON of the answer."""
    request = urllib.request.Request(url, body, {"Content-Type": content_type})
    with urllib.request.urlopen(request, timeout=60) as answer:
        return json.load(answer)


def say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()
