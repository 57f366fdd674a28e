"""Azure Document Intelligence over HTTP, against the real service. `make compat-check` uses Azure's own clients."""

import base64
import time
from pathlib import Path

import pymupdf
import pytest
import requests
from PIL import Image

from stress.harness import ServiceProcesses
from tests.support.drawing import picture, saved, scanned_pdf
from tests.support.path_proxy import PathProxy

SAMPLE = Path(__file__).parents[3] / "docs" / "sample.png"
READ = "/documentintelligence/documentModels/prebuilt-read:analyze?api-version=2024-11-30"


def analyze(service, content=None, query="", path=READ, **arguments):
    body = {"base64Source": base64.b64encode(content or SAMPLE.read_bytes()).decode()}
    return requests.post(f"{service.url}{path}{query}", json=body, timeout=30, **arguments)


def finished(response, seconds=60):
    """Poll as Azure's clients do: at the address of the response."""
    assert response.status_code == 202, response.text
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        state = requests.get(response.headers["Operation-Location"], timeout=30)
        assert state.status_code == 200, state.text
        if state.json()["status"] != "running":
            return state.json()
        time.sleep(0.2)
    raise AssertionError("the operation did not end")


@pytest.fixture(scope="module")
def own(service):
    """The result of /ocr for the same file."""
    with open(SAMPLE, "rb") as file:
        sent = requests.post(f"{service.url}/ocr/predict?detail=word", files={"file": file}, timeout=60)
    assert sent.status_code == 200
    return sent.json()


def test_the_text_and_the_boxes_are_those_of_ocr(service, own):
    state = finished(analyze(service))
    result = state["analyzeResult"]
    assert state["status"] == "succeeded" and result["content"] == own["text"]
    (page,) = result["pages"]
    assert (page["width"], page["height"], page["unit"], page["angle"]) == (own["width"], own["height"], "pixel", 0)
    assert [line["content"] for line in page["lines"]] == [line["text"] for line in own["lines"]]
    assert page["lines"][0]["polygon"] == [value for point in own["lines"][0]["bbox"] for value in point]
    words = [word["text"] for line in own["lines"] for word in line["words"]]
    assert [word["content"] for word in page["words"]] == words


@pytest.mark.parametrize("content_type", ["application/octet-stream", "image/png"])
def test_the_body_may_be_the_file_itself(service, own, content_type):
    sent = requests.post(
        f"{service.url}{READ}", data=SAMPLE.read_bytes(), headers={"Content-Type": content_type}, timeout=30
    )
    assert finished(sent)["analyzeResult"]["content"] == own["text"]


def test_a_layout_in_markdown_with_other_offsets(service):
    query = "&outputContentFormat=markdown&stringIndexType=utf16CodeUnit&features=ocrHighResolution,languages"
    sent = analyze(service, query=query, path=READ.replace("prebuilt-read", "prebuilt-layout"))
    assert sent.headers["X-Ignored-Options"] == "features=ocrHighResolution"
    result = finished(sent)["analyzeResult"]
    assert (result["contentFormat"], result["stringIndexType"]) == ("markdown", "utf16CodeUnit")
    assert result["modelId"] == "prebuilt-layout" and result["tables"][0]["columnCount"] == 2
    assert result["apiVersion"] == "2024-11-30" and result["languages"][0]["locale"] == "en"


def test_a_rotated_page_has_positions_of_the_page_as_sent(service):
    """A picture on its side: the first line runs along its right edge, from top to bottom."""
    with Image.open(SAMPLE) as image:
        turned = image.transpose(Image.Transpose.ROTATE_270)
    result = finished(analyze(service, saved(turned, format="PNG")))["analyzeResult"]
    (page,) = result["pages"]
    assert (page["width"], page["height"], page["angle"]) == (*turned.size, 90)
    left, top, *_ = page["lines"][0]["polygon"]
    assert left > turned.width / 2 and top < turned.height / 2


def test_two_pages_and_a_searchable_pdf(service):
    sent = analyze(service, scanned_pdf("The first page", "Another one"), query="&output=pdf")
    result = finished(sent)["analyzeResult"]
    assert [page["pageNumber"] for page in result["pages"]] == [1, 2]
    assert {page["unit"] for page in result["pages"]} == {"inch"}
    assert (result["pages"][0]["width"], result["pages"][0]["height"]) == (8, 2)
    address = sent.headers["Operation-Location"].partition("?")[0]
    pdf = requests.get(f"{address}/pdf", timeout=30)
    assert pdf.headers["Content-Type"] == "application/pdf" and pdf.content.startswith(b"%PDF")
    with pymupdf.open(stream=pdf.content) as opened:
        assert "first" in opened[0].get_text() and "Another" in opened[1].get_text()
    only = finished(analyze(service, scanned_pdf("The first page", "Another one"), query="&pages=2"))
    assert [page["pageNumber"] for page in only["analyzeResult"]["pages"]] == [2]


def test_a_pdf_that_was_not_asked_for(service):
    sent = analyze(service)
    finished(sent)
    response = requests.get(f"{sent.headers['Operation-Location'].partition('?')[0]}/pdf", timeout=30)
    assert response.status_code == 409
    assert response.json()["error"]["innererror"]["code"] == "output_not_requested"


def test_a_deleted_result_is_gone(service):
    sent = analyze(service, picture("delete me"))
    finished(sent)
    address = sent.headers["Operation-Location"].partition("?")[0]
    assert requests.delete(address, timeout=30).status_code == 204
    assert requests.get(address, timeout=30).status_code == 404


@pytest.mark.parametrize(
    ("content", "code"),
    [(b"%PDF-1.7 broken", "corrupt_file"), (b"neither", "unsupported_type"), (b"", "empty_file")],
)
def test_a_broken_file_is_rejected(service, content, code):
    sent = requests.post(f"{service.url}{READ}", data=content, timeout=30)
    assert (sent.status_code, sent.json()["error"]["innererror"]["code"]) == (400, code)


def test_the_older_interface(service, own):
    sent = requests.post(f"{service.url}/vision/v3.2/read/analyze?language=en", data=SAMPLE.read_bytes(), timeout=30)
    (page,) = finished(sent)["analyzeResult"]["readResults"]
    assert [line["text"] for line in page["lines"]] == [line["text"] for line in own["lines"]]
    assert page["lines"][0]["words"][0]["boundingBox"][0] == own["lines"][0]["words"][0]["bbox"][0][0]


@pytest.fixture(scope="module")
def proxied(tmp_path_factory):
    """A service without workers that trusts proxies on this machine."""
    folder, parts = tmp_path_factory.mktemp("proxied"), ("redis", "web")
    with ServiceProcesses(folder, parts=parts, OCR_RUNTIME="null", TRUSTED_PROXIES="127.0.0.1") as running:
        yield running


@pytest.mark.parametrize("path", ["", "/azure"])
def test_addresses_are_those_of_the_proxy(proxied, path):
    """A trusted proxy reports host, scheme and path, and may have removed the path or not."""
    headers = {"Host": "ocr.example.org", "X-Forwarded-Proto": "https", "X-Forwarded-Prefix": "/azure/"}
    address = analyze(proxied, path=path + READ, headers=headers).headers["Operation-Location"]
    assert address.startswith("https://ocr.example.org/azure/documentintelligence/documentModels/prebuilt-read/")
    forged = {**headers, "X-Forwarded-Prefix": "//evil.example/x"}
    address = analyze(proxied, headers=forged).headers["Operation-Location"]
    assert address.startswith("https://ocr.example.org/documentintelligence/")


def test_addresses_and_links_work_through_a_real_proxy_with_a_path(proxied, tmp_path):
    with PathProxy(tmp_path, proxied.port, "/ocr-service") as proxy:
        sent = requests.post(f"{proxy.url}{READ}", data=SAMPLE.read_bytes(), timeout=30)
        address = sent.headers["Operation-Location"]
        assert address.startswith(f"{proxy.url}/documentintelligence/")
        assert requests.get(address, timeout=30).json()["status"] == "running"
        announced = requests.post(f"{proxy.url}/ocr/uploads", json={"filename": "a.png", "file_size": 9}, timeout=30)
        upload = announced.json()
        assert upload["upload_url"].startswith(f"{proxy.url}/ocr/uploads/")
        assert upload["links"]["self"].startswith("/ocr-service/ocr/job/")
        assert requests.get(proxy.origin + upload["links"]["self"], timeout=30).status_code == 202
        assert requests.put(upload["upload_url"], data=b"no image.", timeout=30).json()["code"] == "unsupported_type"
        problem = requests.get(f"{proxy.url}/ocr/nothing", timeout=30).json()
        assert problem["type"] == f"{proxy.url}/errors/not-found"


def test_a_public_address_replaces_what_the_request_says(tmp_path_factory):
    public = "https://example.org/ocr-service"
    folder, parts = tmp_path_factory.mktemp("public"), ("redis", "web")
    with ServiceProcesses(folder, parts=parts, OCR_RUNTIME="null", PUBLIC_URL=public) as running:
        address = analyze(running, headers={"X-Forwarded-Prefix": "/other"}).headers["Operation-Location"]
        assert address.startswith(f"{public}/documentintelligence/documentModels/prebuilt-read/analyzeResults/")
        announced = {"filename": "a.png", "file_size": 9}
        upload = requests.post(f"{running.url}/ocr/uploads", json=announced, timeout=30).json()
        assert upload["upload_url"].startswith(f"{public}/ocr/uploads/")
        assert upload["links"]["self"].startswith("/ocr-service/ocr/job/")
