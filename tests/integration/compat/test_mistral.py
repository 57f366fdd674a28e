"""Mistral's OCR over HTTP, against the real service. `make compat-check` uses Mistral's own client."""

import base64
from pathlib import Path

import pytest
import requests

from tests.support.hostile import broken_pdf
from tests.support.pdfs import pdf_of, write

SAMPLE = Path(__file__).parents[3] / "docs" / "sample.png"
TEXTS = ("Minutes of the first meeting", "Budget of the second year")
TIMEOUT = 60


def two_pages():
    return pdf_of(*(lambda page, text=text: write(page, [text], 72, 100) for text in TEXTS))


def ocr(service, document, **options):
    body = {"model": "mistral-ocr-latest", "document": document, **options}
    return requests.post(f"{service.url}/mistral/v1/ocr", json=body, timeout=TIMEOUT)


def data_url(content, media_type="application/pdf"):
    return f"data:{media_type};base64,{base64.b64encode(content).decode()}"


def upload(service, content, **form):
    return requests.post(
        f"{service.url}/mistral/v1/files", files={"file": ("a.pdf", content)}, data=form, timeout=TIMEOUT
    )


def test_a_file_is_sent_read_and_deleted(service):
    """The calls of Open WebUI and LibreChat."""
    content = two_pages()
    sent = upload(service, content, purpose="ocr").json()
    assert (sent["object"], sent["bytes"], sent["filename"]) == ("file", len(content), "a.pdf")
    files = f"{service.url}/mistral/v1/files/{sent['id']}"
    address = requests.get(f"{files}/url?expiry=1", timeout=TIMEOUT).json()["url"]
    assert address.startswith(service.url)
    found = ocr(service, {"type": "document_url", "document_url": address}).json()
    assert [(page["index"], page["markdown"]) for page in found["pages"]] == list(enumerate(TEXTS))
    assert found["usage_info"] == {"pages_processed": 2, "doc_size_bytes": len(content)}
    second = ocr(service, {"type": "file", "file_id": sent["id"]}, pages=[1]).json()
    assert [page["markdown"] for page in second["pages"]] == [TEXTS[1]]
    assert requests.delete(files, timeout=TIMEOUT).json() == {"id": sent["id"], "object": "file", "deleted": True}
    gone = ocr(service, {"type": "document_url", "document_url": address})
    assert (gone.status_code, gone.json()["code"]) == (404, "job_not_found")


@pytest.mark.parametrize(
    ("pages", "expected"), [(None, TEXTS), ([0], TEXTS[:1]), ("1", TEXTS[1:]), ("0-1", TEXTS), ([], TEXTS)]
)
def test_pages_count_from_0(service, pages, expected):
    found = ocr(service, {"type": "document_url", "document_url": data_url(two_pages())}, pages=pages)
    assert [page["markdown"] for page in found.json()["pages"]] == list(expected), found.text


def test_a_picture_with_blocks_tables_and_confidences(service):
    own = requests.post(f"{service.url}/ocr/predict", files={"file": SAMPLE.read_bytes()}, timeout=TIMEOUT).json()
    document = {"type": "image_url", "image_url": {"url": data_url(SAMPLE.read_bytes(), "image/png")}}
    options = {"table_format": "html", "include_blocks": True, "confidence_scores_granularity": "word"}
    (page,) = ocr(service, document, include_image_base64=True, **options).json()["pages"]
    assert page["dimensions"] == {"dpi": 72, "width": own["width"], "height": own["height"]}
    assert "[tbl-0.html](tbl-0.html)" in page["markdown"] and "<td>9.80</td>" in page["tables"][0]["content"]
    assert "table" in [block["type"] for block in page["blocks"]]
    assert page["confidence_scores"]["word_confidence_scores"][0]["text"] == "CORNER"


@pytest.mark.parametrize(
    ("document", "options", "status", "words"),
    [
        ({"type": "document_url", "document_url": data_url(broken_pdf())}, {}, 422, "damaged"),
        ({"type": "document_url", "document_url": data_url(two_pages())}, {"pages": [7]}, 400, "page 8"),
        ({"type": "document_url", "document_url": data_url(two_pages())}, {"pages": "x"}, 400, "`pages`"),
        ({"type": "document_url", "document_url": "https://example.org/a.pdf"}, {}, 400, "FETCH_URLS"),
        ({"type": "file", "file_id": "none"}, {}, 404, "No job"),
        ({"type": "audio"}, {}, 400, "`type`"),
        ("x", {}, 400, "`document`"),
        ({}, {"document_annotation_format": {"type": "json_schema"}}, 400, "document_annotation_format"),
    ],
)
def test_errors_have_a_message(service, document, options, status, words):
    found = ocr(service, document, **options)
    assert found.status_code == status, found.text
    body = found.json()
    assert body["object"] == "error" and words in body["message"] and body["code"]
    if status == 422:
        assert body["detail"][0]["msg"] == body["message"]


def test_other_purposes_are_rejected(service):
    assert upload(service, two_pages(), purpose="fine-tune").json()["param"] == "purpose"


def test_the_model_is_listed(service):
    (model,) = requests.get(f"{service.url}/mistral/v1/models", timeout=TIMEOUT).json()["data"]
    assert model["id"] == "mistral-ocr-latest" and model["capabilities"]["ocr"]
    one = requests.get(f"{service.url}/mistral/v1/models/{model['id']}", timeout=TIMEOUT)
    assert one.json() == model
