"""Azure Document Intelligence over HTTP, against the real service. `make compat-check` uses Azure's own clients."""

import base64
import time
from pathlib import Path

import pytest
import requests

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
