"""The external engine of Open WebUI over HTTP, against the real service."""

from pathlib import Path

import requests

SAMPLE = Path(__file__).parents[3] / "docs" / "sample.png"
TIMEOUT = 60


def put(service, content, path="process", name="caf%C3%A9.png"):
    headers = {"X-Filename": name, "Content-Type": "image/png"}
    return requests.put(f"{service.url}/openwebui/{path}", data=content, headers=headers, timeout=TIMEOUT)


def test_the_text_is_that_of_ocr(service):
    own = requests.post(f"{service.url}/ocr/predict", files={"file": SAMPLE.read_bytes()}, timeout=TIMEOUT).json()
    found = put(service, SAMPLE.read_bytes()).json()
    assert found["page_content"] == own["text"]
    assert (found["metadata"]["filename"], found["metadata"]["total_pages"]) == ("café.png", 1)


def test_markdown(service):
    found = put(service, SAMPLE.read_bytes(), "markdown/process").json()
    assert "| 2 x Sourdough loaf | 9.80 |" in found["page_content"]


def test_errors_have_a_detail(service):
    for content, status in ((b"plain text", 422), (b"", 400)):
        found = put(service, content)
        assert found.status_code == status and found.json()["detail"] and found.json()["code"]
