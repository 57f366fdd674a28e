"""Files that take long to inspect: a client cannot keep the inspectors busy, above all not after it has gone."""

import json
import socket
import time
import zlib
from functools import cache

import pytest
import requests

from services.errors import OCRServiceError
from services.inspection import InspectionLimits, Inspector
from stress.harness import ServiceProcesses, wait_until
from tests.support.drawing import picture


@cache
def twice_deflated(megabytes: int) -> bytes:
    deflate = zlib.compressobj(1)
    once = b"".join(deflate.compress(b" " * (1 << 20)) for _ in range(megabytes)) + deflate.flush()
    return zlib.compress(once, 9)


def doubly_deflated(megabytes: int, number: int = 0) -> bytes:
    """A PDF of a few kB whose object stream unpacks to this size."""
    stream = twice_deflated(megabytes)
    head = b"<< /Type /ObjStm /N 1 /First 8 /Filter [/FlateDecode /FlateDecode] /Length %d >>" % len(stream)
    parts = [b"%%PDF-1.7\n%%%03d\n" % number]
    offset = len(parts[0])
    parts.append(b"4 0 obj\n" + head + b"\nstream\n" + stream + b"\nendstream\nendobj\n")
    xref_at = offset + len(parts[1])
    rows = [(0, 0, 65535), (2, 4, 0), (2, 4, 1), (2, 4, 2), (1, offset, 0), (1, xref_at, 0)]
    table = b"".join(bytes([kind]) + a.to_bytes(4, "big") + b.to_bytes(2, "big") for kind, a, b in rows)
    xref = b"<< /Type /XRef /Size 6 /W [1 4 2] /Root 1 0 R /Length %d >>" % len(table)
    parts.append(b"5 0 obj\n" + xref + b"\nstream\n" + table + b"\nendstream\nendobj\n")
    parts.append(b"startxref\n%d\n%%%%EOF" % xref_at)
    return b"".join(parts)


def test_the_time_of_an_inspection_is_counted(tmp_path):
    inspector = Inspector(InspectionLimits(10**8, 100), seconds=1.5)
    path = tmp_path / "bomb.pdf"
    path.write_bytes(doubly_deflated(700))
    assert path.stat().st_size < 20_000
    with pytest.raises(OCRServiceError):
        inspector.inspect(path, client="a")
    assert 0.2 < inspector.budget._clients["a"].seconds < 1.6
    path.write_bytes(picture("A"))
    inspector.inspect(path, client="b")
    assert "b" not in inspector.budget._clients
    inspector.close()


@pytest.fixture(scope="module")
def service(tmp_path_factory):
    keys = "attacker:" + "a" * 40 + ",honest:" + "h" * 40
    with ServiceProcesses(tmp_path_factory.mktemp("budget"), OCR_RUNTIME="null", API_KEYS=keys) as running:
        yield running


def headers(client: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {client[0] * 40}"}


def logged(service: ServiceProcesses, text: str) -> int:
    return service.log("web").count(text)


def test_inspection_ends_when_the_client_has_gone(service):
    bombs = [("files", (f"{number}.pdf", doubly_deflated(700, number))) for number in range(40)]
    prepared = requests.Request("POST", service.url + "/ocr/batch", headers("attacker"), files=bombs).prepare()
    with socket.create_connection(("127.0.0.1", service.port)) as client:
        lines = [f"{name}: {value}" for name, value in {"Host": "localhost", **prepared.headers}.items()]
        client.sendall("\r\n".join(["POST /ocr/batch HTTP/1.1", *lines, "", ""]).encode() + prepared.body)
        time.sleep(1)
    wait_until(lambda: logged(service, '"path": "/ocr/batch"'), 25, "the end of the request")
    assert '"status": 400' in next(line for line in service.log("web").splitlines() if "/ocr/batch" in line)


def test_one_client_cannot_keep_the_inspectors_busy(service):
    bombs = [("files", (f"{number}.pdf", doubly_deflated(700, number))) for number in range(40)]
    started = time.monotonic()
    response = requests.post(service.url + "/ocr/batch", headers=headers("attacker"), files=bombs, timeout=120)
    assert time.monotonic() - started < 60
    body = response.json()
    codes = [job["error"]["code"] for job in body["jobs"]]
    assert codes[-1] == "rate_limited", json.dumps(body)[:500]
    honest = requests.post(
        service.url + "/ocr/image", headers=headers("honest"), files={"file": ("a.png", picture("A"))}, timeout=30
    )
    assert honest.status_code == 202
