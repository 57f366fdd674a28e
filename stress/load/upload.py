"""By how much the memory of each process grows while a large file comes in, is looked at and read."""

from __future__ import annotations

import http.client
import json
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import psutil

from stress.load.report import Report
from stress.load.service import Service
from stress.load.wire import form

MEGABYTES, MOST_MEGABYTES = 50, 20
CHUNK = 1 << 16


def main() -> bool:
    report = Report("upload")
    with (
        tempfile.TemporaryDirectory(prefix="bench-upload-") as folder,
        Service(Path(folder), OCR_RUNTIME="null", OCR_WORKERS=1) as service,
    ):
        file = Path(folder, "large.pdf")
        for how, send in (("multipart to /ocr/pdf", send_form), ("PUT to a signed address", _put)):
            file.write_bytes(_pdf(1 << 20, how))
            send(service.url, file)  # warm: whoever has a part in it has started
            file.write_bytes(_pdf(MEGABYTES * 1_000_000, how))
            report.say(f"{MEGABYTES} MB, {how}")
            before = {process: _reset(process) for process in service.processes()}
            send(service.url, file)
            grown = {process: _kilobytes(process, "VmHWM") - was for process, was in before.items()}
            late = [process for process in service.processes() if process not in before]
            report.tell("processes", f"{len(grown)}, and {len(late)} that began meanwhile")
            worst = max(grown, key=grown.get)
            said = f"{grown[worst] / 1000:.1f} MB ({' '.join(worst.cmdline()[1:4])})"
            report.must("the one that grew most, by", said, grown[worst] <= 1000 * MOST_MEGABYTES)
    return report.holds


def _reset(process: psutil.Process) -> int:
    """The peak of its memory begins anew. Answers what it has now, in kB."""
    Path(f"/proc/{process.pid}/clear_refs").write_text("5")
    return _kilobytes(process, "VmRSS")


def _kilobytes(process: psutil.Process, name: str) -> int:
    words = Path(f"/proc/{process.pid}/status").read_text().split()
    return int(words[words.index(f"{name}:") + 1])


def _pdf(padding: int, salt: str) -> bytes:
    """One empty page, and an object of so many bytes that no page needs."""
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 100]>>",
        b"<</Length %d>>stream\n%b\nendstream" % (padding, salt.encode().ljust(padding, b"x")),
    ]
    parts, places = [b"%PDF-1.4\n"], []
    for number, content in enumerate(objects, 1):
        places.append(sum(map(len, parts)))
        parts.append(b"%d 0 obj%b\nendobj\n" % (number, content))
    rows = b"".join(b"%010d 00000 n \n" % place for place in places)
    table = b"xref\n0 5\n0000000000 65535 f \n%btrailer<</Size 5/Root 1 0 R>>\n" % rows
    return b"".join([*parts, table, b"startxref\n%d\n%%%%EOF\n" % sum(map(len, parts))])


def send_form(url: str, file: Path) -> None:
    """Send the PDF, and wait until it is read."""
    around, content_type = form(b"\n", "large.pdf")
    head, _, tail = around.partition(b"\r\n\r\n\n")
    size = len(around) - 1 + file.stat().st_size
    body = _parts(head + b"\r\n\r\n", file, tail)
    answer = _request(url, "POST", "/ocr/pdf", body, {"Content-Type": content_type, "Content-Length": str(size)})
    _until_done(url, answer["job_id"])


def _put(url: str, file: Path) -> None:
    announced = {"filename": file.name, "file_size": file.stat().st_size, "content_type": "application/pdf"}
    said = _request(url, "POST", "/ocr/uploads", json.dumps(announced).encode(), {"Content-Type": "application/json"})
    path = said["upload_url"].removeprefix(url)
    _request(url, "PUT", path, _parts(b"", file, b""), said["headers"])
    _until_done(url, said["job_id"])


def _parts(head: bytes, file: Path, tail: bytes) -> Iterator[bytes]:
    yield head
    with open(file, "rb") as content:
        while chunk := content.read(CHUNK):
            yield chunk
    yield tail


def _until_done(url: str, job_id: str) -> None:
    end = time.monotonic() + 300
    while (job := _request(url, "GET", f"/ocr/job/{job_id}"))["status"] != "completed":
        if job["status"] not in ("processing", "awaiting_upload") or time.monotonic() > end:
            raise SystemExit(f"The large file was not read: {job}")
        time.sleep(0.1)


def _request(url: str, method: str, path: str, body: object = None, headers: dict | None = None) -> dict:
    address = urlsplit(url)
    connection = http.client.HTTPConnection(address.hostname, address.port, timeout=60)
    connection.request(method, path, body, headers or {})
    answer = connection.getresponse()
    content = answer.read()
    connection.close()
    if answer.status >= 400:
        raise SystemExit(f"{method} {path}: {answer.status} {content[:300]}")
    return json.loads(content or b"{}")
