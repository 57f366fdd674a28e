"""Files in base64 in a JSON body: the same jobs, limits and errors as for files in a form."""

import base64

import pytest
import requests

from stress.harness import ServiceProcesses
from tests.support.drawing import picture, scanned_pdf

LIMIT = 2 << 20
PICTURE = picture("Sent as text")


@pytest.fixture(scope="module")
def service(tmp_path_factory):
    settings = {"OCR_RUNTIME": "null", "MAX_CONTENT_LENGTH": LIMIT, "MAX_BATCH_FILES": 3}
    with ServiceProcesses(tmp_path_factory.mktemp("base64"), **settings) as running:
        yield running


def text(content):
    return base64.b64encode(content).decode()


@pytest.fixture
def post(service):
    def post(path, body, **arguments):
        return requests.post(service.url + path, json=body, timeout=30, **arguments)

    return post


@pytest.mark.parametrize("prefix", ["", "data:image/png;base64,"])
def test_file_in_json_gives_the_result_of_the_same_file_in_a_form(service, post, prefix):
    options = {"detail": "word", "dpi": 150, "wait": 30}
    expected = service.post("/ocr/predict", PICTURE, **options).json()
    response = post("/ocr/predict", {"file": prefix + text(PICTURE), "filename": "folder/scan.png", **options})
    found = response.json()
    assert (response.status_code, found["filename"], found["file_size"]) == (200, "scan.png", len(PICTURE))
    assert found["cached"] is True, "the same content and the same options"
    assert found["lines"] == expected["lines"]


def test_each_endpoint_takes_its_kind_of_file(post):
    pdf = scanned_pdf("One", "Two")
    assert post("/ocr/image", {"file": text(PICTURE)}).status_code == 202
    accepted = post("/ocr/pdf", {"file": text(pdf), "dpi": 100, "pages": "2"}).json()
    assert (accepted["status"], accepted["processing_dpi"]) == ("processing", 100)
    refused = post("/ocr/pdf", {"file": text(PICTURE)})
    assert (refused.status_code, refused.json()["code"]) == (422, "unsupported_type")


def test_bad_file_of_a_batch_fails_alone(post):
    files = [{"file": text(PICTURE), "filename": "a.png"}, {"file": "*" * 9000}, {"file": "not base64"}]
    body = post("/ocr/batch", {"files": files, "lang": "en"}).json()
    assert [item["status"] == "failed" for item in body["jobs"]] == [False, True, True]
    assert {item["error"]["code"] for item in body["jobs"][1:]} == {"invalid_option"}
    assert "not a file in base64" in body["jobs"][1]["error"]["detail"]


@pytest.mark.parametrize(
    ("path", "body", "status", "code", "detail"),
    [
        ("/ocr/image", {}, 400, "missing_file", "in base64"),
        ("/ocr/image", [], 400, "bad_request", "JSON object"),
        ("/ocr/image", {"file": 7}, 400, "invalid_option", "`file`"),
        ("/ocr/image", {"file": ""}, 400, "empty_file", "empty"),
        ("/ocr/image", {"file": "no base64!"}, 400, "invalid_option", "`file`"),
        ("/ocr/image", {"file": text(PICTURE), "filename": 5}, 400, "invalid_option", "`filename`"),
        ("/ocr/image", {"file": text(PICTURE), "colour": "red"}, 400, "invalid_option", "`colour`"),
        ("/ocr/image", {"file": text(PICTURE), "lang": text(PICTURE)}, 400, "invalid_option", "`lang`"),
        ("/ocr/image", {"files": [{"file": text(PICTURE)}]}, 400, "invalid_option", "/ocr/batch"),
        ("/ocr/image", {"file": text(b"x" * (LIMIT + 1))}, 413, "payload_too_large", f"{LIMIT} bytes"),
        ("/ocr/image", {"file": text(b"x" * (2 * LIMIT))}, 413, "payload_too_large", ""),
        ("/ocr/batch", {"file": text(PICTURE)}, 400, "invalid_option", "`files`"),
        ("/ocr/batch", {"files": []}, 400, "missing_file", ""),
        ("/ocr/batch", {"files": [{"file": "QQ=="}] * 4}, 413, "payload_too_large", "more than 3 files"),
        (
            "/ocr/batch",
            {"files": [{"file": text(b"x" * LIMIT)}, {"file": text(PICTURE)}]},
            413,
            "payload_too_large",
            "",
        ),
    ],
)
def test_errors(post, path, body, status, code, detail):
    response = post(path, body)
    assert (response.status_code, response.json()["code"]) == (status, code), response.text
    assert detail in response.json()["detail"]


def test_file_as_large_as_the_limit_is_taken(post):
    """It is no picture, which only the inspection after all limits finds."""
    assert post("/ocr/image", {"file": text(b"x" * LIMIT)}).json()["code"] == "unsupported_type"


def test_repeated_request_creates_one_job(post):
    headers = {"Idempotency-Key": "the-same-key"}
    body = {"file": text(picture("Once")), "filename": "a.png"}
    first, second = (post("/ocr/image", body, headers=headers) for _ in range(2))
    assert second.json()["job_id"] == first.json()["job_id"]
    assert second.headers["Idempotent-Replayed"] == "true"
    assert post("/ocr/image", {**body, "filename": "b.png"}, headers=headers).status_code == 422


def test_nothing_is_left_of_refused_files(service, post):
    post("/ocr/image", {"file": text(b"x" * (LIMIT + 1))})
    post("/ocr/batch", {"files": [{"file": "QQ=="}] * 2})
    folder = service.folder / "data" / "uploads"
    assert [path for path in folder.rglob("*") if path.is_file() and path.parent.name == "incoming"] == []
