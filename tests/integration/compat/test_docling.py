"""docling-serve's interface over HTTP, against the real service. `make compat-check` uses its own client."""

import base64
import time
from pathlib import Path

import pytest
import requests

from tests.support.hostile import broken_pdf
from tests.support.pdfs import pdf_of, write

SAMPLE = Path(__file__).parents[3] / "docs" / "sample.png"
TEXTS = ("Minutes of the first meeting", "", "Budget of the second year")
TIMEOUT = 60


@pytest.fixture(scope="module")
def own(service):
    """The result of /ocr for the same file."""
    sent = requests.post(f"{service.url}/ocr/predict", files={"file": SAMPLE.read_bytes()}, timeout=TIMEOUT)
    assert sent.status_code == 200
    return sent.json()


@pytest.fixture(scope="module")
def three_pages():
    """The second one is empty."""
    return pdf_of(*(lambda page, text=text: write(page, [text] * bool(text), 72, 100) for text in TEXTS))


def convert(service, content, path="/v1/convert/file", name="scan.pdf", **form):
    return requests.post(f"{service.url}{path}", files={"files": (name, content)}, data=form, timeout=TIMEOUT)


def test_a_file_is_converted_to_all_formats(service, own):
    found = convert(service, SAMPLE.read_bytes(), name="shop.png", to_formats=["md", "json", "html", "text"])
    assert found.status_code == 200, found.text
    body = found.json()
    document = body["document"]
    assert (body["status"], body["errors"], document["filename"]) == ("success", [], "shop.png")
    assert document["text_content"] == own["text"]
    assert "| 2 x Sourdough loaf | 9.80 |" in document["md_content"]
    assert "<td>9.80</td>" in document["html_content"]
    assert document["json_content"]["schema_name"] == "DoclingDocument"
    assert document["json_content"]["pages"]["1"]["size"] == {"width": own["width"], "height": own["height"]}


def test_pages_are_separated_where_the_client_wants(service, three_pages):
    """As Open WebUI asks for it: a form feed between pages, and the numbers of the pages in the JSON."""
    found = convert(service, three_pages, to_formats=["md", "json"], md_page_break_placeholder="\f").json()["document"]
    assert [page.strip() for page in found["md_content"].split("\f")] == [text for text in TEXTS if text]
    assert [item["prov"][0]["page_no"] for item in found["json_content"]["texts"]] == [1, 3]


def test_a_source_in_json(service, three_pages):
    body = {
        "options": {"to_formats": ["text"], "page_range": [3, 9], "do_picture_description": True},
        "sources": [{"kind": "file", "filename": "a.pdf", "base64_string": base64.b64encode(three_pages).decode()}],
    }
    found = requests.post(f"{service.url}/v1/convert/source", json=body, timeout=TIMEOUT)
    assert found.json()["document"]["text_content"] == TEXTS[2], found.text
    assert found.headers["X-Ignored-Options"] == "do_picture_description"


def test_a_task_is_polled_and_its_result_fetched(service, three_pages):
    task = convert(service, three_pages, "/v1/convert/file/async", to_formats="text").json()
    assert (task["task_type"], task["error_message"]) == ("convert", None)
    deadline = time.monotonic() + TIMEOUT
    while task["task_status"] in ("pending", "started"):
        assert time.monotonic() < deadline
        task = requests.get(f"{service.url}/v1/status/poll/{task['task_id']}?wait=5", timeout=TIMEOUT).json()
    assert task["task_status"] == "success"
    found = requests.get(f"{service.url}/v1/result/{task['task_id']}", timeout=TIMEOUT).json()
    assert found["document"]["text_content"] == f"{TEXTS[0]}\n\n{TEXTS[2]}"
    assert found["document"]["md_content"] is None


@pytest.mark.parametrize(
    ("content", "form", "status", "words"),
    [
        (broken_pdf(), {}, 422, "damaged"),
        (SAMPLE.read_bytes(), {"to_formats": "doctags"}, 400, "doctags"),
        (SAMPLE.read_bytes(), {"target_type": "presigned_url"}, 400, "artifact storage to be configured"),
    ],
)
def test_errors_have_a_detail(service, content, form, status, words):
    found = convert(service, content, "/v1/convert/file/async", **form)
    assert found.status_code == status
    assert words in found.json()["detail"] and found.json()["code"]


@pytest.mark.parametrize("path", ["/v1/status/poll/0b2c8f0e-6f0e-4c62-9d8e-2f0d3f1c7a55", "/v1/result/none.m"])
def test_unknown_tasks_and_paths_have_the_same_form(service, path):
    found = requests.get(f"{service.url}{path}", timeout=TIMEOUT)
    assert (found.status_code, found.json()["detail"]) == (404, "Task not found.")
    assert requests.get(f"{service.url}/v1/none", timeout=TIMEOUT).json()["code"] == "not_found"
