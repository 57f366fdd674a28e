"""Small files with huge results: each page ends within bounds, and so does every process."""

import gzip
import json
from pathlib import Path

import psutil
import pymupdf
import pytest
import requests

from stress.harness import ServiceProcesses

PAGES = 12


@pytest.fixture(scope="module")
def service(tmp_path_factory):
    with ServiceProcesses(tmp_path_factory.mktemp("large"), OCR_RUNTIME="null") as running:
        yield running


def shared_text(characters: int) -> bytes:
    """A PDF whose pages share one content stream with this many characters."""
    with pymupdf.open() as pdf:
        page = pdf.new_page()
        page.insert_text((20, 20), "word")
        line = b"1 0 0 1 %d %d Tm (" + b"several words " * 7 + b") Tj\n"
        lines = b"".join(line % (20, 800 - number % 780) for number in range(characters // 98))
        pdf.update_stream(page.get_contents()[0], b"BT /helv 4 Tf\n" + lines + b"ET")
        for _ in range(PAGES - 1):
            pdf.new_page()
        for number in range(1, PAGES):
            for name in ("Contents", "Resources"):
                pdf.xref_set_key(pdf[number].xref, name, pdf.xref_get_key(pdf[0].xref, name)[1])
        return pdf.tobytes(deflate=True)


def peak(process: psutil.Process) -> int:
    """Bytes."""
    status = Path(f"/proc/{process.pid}/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) * 1024


@pytest.mark.parametrize(("characters", "code"), [(1_000_000, "result_too_large"), (30_000, "")])
def test_pages_that_share_a_huge_text_end_within_bounds(service, characters, code):
    content = shared_text(characters)
    assert len(content) < 300_000
    before = [peak(process) for process in service.children("web")]
    result = service.result_of(service.post("/ocr/pdf", content, "shared.pdf", mode="text", detail="word"))
    errors = {page["error"]["code"] if not page["success"] else "" for page in result["pages"]}
    assert errors == {code}
    assert max(map(peak, service.worker_children())) < 900 << 20
    after = [peak(process) for process in service.children("web")]
    assert max(b - a for a, b in zip(before, after, strict=True)) < 30 << 20


def test_a_result_is_sent_compressed_if_the_client_accepts_it(service):
    job = service.post("/ocr/pdf", shared_text(2000), "shared.pdf", mode="text")
    plain = service.wait_for_result(job.json()["links"]["result"])
    path = service.url + job.json()["links"]["result"]
    with requests.get(path, headers={"Accept-Encoding": "gzip"}, stream=True, timeout=30) as response:
        raw = response.raw.read(decode_content=False)
    assert response.headers["Content-Encoding"] == "gzip"
    assert response.headers["Vary"] == "Accept, Accept-Encoding"
    assert int(response.headers["Content-Length"]) == len(raw)
    assert json.loads(gzip.decompress(raw)) == plain
    for refused in ("identity", "gzip;q=0", "br"):
        response = requests.get(path, headers={"Accept-Encoding": refused}, timeout=30)
        assert "Content-Encoding" not in response.headers
        assert response.json() == plain
