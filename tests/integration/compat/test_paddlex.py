"""PaddleX's serving interface over HTTP, against the real service."""

import base64
from pathlib import Path

import pytest
import requests

from tests.support.hostile import broken_pdf
from tests.support.pdfs import pdf_of, write

SAMPLE = Path(__file__).parents[3] / "docs" / "sample.png"
TEXTS = ("Minutes of the first meeting", "Budget of the second year")
TIMEOUT = 60


def post(service, path, content, **options):
    body = {"file": base64.b64encode(content).decode(), **options}
    return requests.post(f"{service.url}/paddlex/{path}", json=body, timeout=TIMEOUT)


def two_pages():
    return pdf_of(*(lambda page, text=text: write(page, [text], 72, 100) for text in TEXTS))


def test_lines_of_a_picture(service):
    own = requests.post(f"{service.url}/ocr/predict", files={"file": SAMPLE.read_bytes()}, timeout=TIMEOUT).json()
    found = post(service, "ocr", SAMPLE.read_bytes(), fileType=1, logId="mine", useDocUnwarping=True)
    assert found.headers["X-Ignored-Options"] == "useDocUnwarping"
    body = found.json()
    assert (body["logId"], body["errorCode"], body["errorMsg"]) == ("mine", 0, "Success")
    assert body["result"]["dataInfo"] == {"width": own["width"], "height": own["height"], "type": "image"}
    (one,) = body["result"]["ocrResults"]
    assert one["prunedResult"]["rec_texts"] == [line["text"] for line in own["lines"]]
    assert base64.b64decode(one["ocrImage"]).startswith(b"\x89PNG")


def test_a_pdf_without_pictures(service):
    found = post(service, "ocr", two_pages(), fileType=0, visualize=False).json()["result"]
    assert [page["prunedResult"]["rec_texts"] for page in found["ocrResults"]] == [[text] for text in TEXTS]
    assert [page["ocrImage"] for page in found["ocrResults"]] == [None, None]
    left, top, _, bottom = found["ocrResults"][0]["prunedResult"]["rec_boxes"][0]
    assert abs(left - 144) <= 2 and top < 200 < bottom  # twice its place in points: 72, 100


def test_layout_parsing_has_markdown_and_blocks(service):
    """As Open WebUI asks for it."""
    off = {"useDocOrientationClassify": False, "useDocUnwarping": False, "useChartRecognition": False}
    found = post(service, "layout-parsing", SAMPLE.read_bytes(), fileType=1, **off)
    assert "X-Ignored-Options" not in found.headers
    (page,) = found.json()["result"]["layoutParsingResults"]
    assert "| 2 x Sourdough loaf | 9.80 |" in page["markdown"]["text"]
    assert page["markdown"]["images"] == page["outputImages"] == {}
    assert "table" in [block["block_label"] for block in page["prunedResult"]["parsing_res_list"]]


@pytest.mark.parametrize(
    ("body", "status", "words"),
    [
        ({"file": base64.b64encode(broken_pdf()).decode()}, 422, "damaged"),
        ({"file": "!"}, 400, "base64"),
        ({}, 400, "`file`"),
        ({"file": "https://example.org/a.pdf"}, 400, "FETCH_URLS"),
    ],
)
def test_errors_have_a_message(service, body, status, words):
    found = requests.post(f"{service.url}/paddlex/layout-parsing", json=body, timeout=TIMEOUT)
    answer = found.json()
    assert (found.status_code, answer["errorCode"]) == (status, status)
    assert words in answer["errorMsg"] and answer["logId"] == found.headers["X-Request-ID"]


def test_health(service):
    assert requests.get(f"{service.url}/paddlex/health", timeout=TIMEOUT).json()["errorMsg"] == "Healthy"
