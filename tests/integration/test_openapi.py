"""Responses of a real service match the OpenAPI document of the same service."""

import pytest
import requests

from stress.harness import ServiceProcesses
from tests.support.drawing import picture, scanned_pdf
from tests.support.openapi import Description


@pytest.fixture(scope="module")
def checked(service):
    """`checked(response, path)`: the response, after it was compared with the description of `path`."""
    description = Description(service.get("/openapi.json").json())

    def check(response, path):
        method = response.request.method.lower()
        description.check(method, path, response.status_code, response.headers["Content-Type"], response.json())
        return response

    return check


@pytest.mark.parametrize(
    ("path", "make"),
    [("/ocr/image", lambda: picture("As described")), ("/ocr/pdf", lambda: scanned_pdf("As", "described"))],
)
def test_job_matches_description_from_submission_to_result(service, checked, path, make):
    accepted = checked(service.post(path, make(), detail="word"), path)
    links = accepted.json()["links"]
    checked(service.get(links["self"]), "/ocr/job/{job_id}")
    checked(service.get(links["result"]), "/ocr/job/{job_id}/result")
    result = checked(service.get(links["result"], params={"wait": 60}), "/ocr/job/{job_id}/result")
    assert (accepted.status_code, result.status_code) == (202, 200)
    assert checked(service.get(links["self"]), "/ocr/job/{job_id}").json()["ready"] is True


def test_result_after_wait_matches_description(service, checked):
    for path in ("/ocr/image", "/ocr/predict"):
        assert checked(service.post(path, picture("Waited for"), wait=60), path).status_code == 200


def test_batch_matches_description(service, checked):
    files = [("files", ("a.png", picture("Batch"))), ("files", ("b.png", b"not an image"))]
    response = requests.post(service.url + "/ocr/batch", files=files, timeout=30)
    assert checked(response, "/ocr/batch").status_code == 202
    rejected = requests.post(service.url + "/ocr/batch", files=files[1:], timeout=30)
    assert checked(rejected, "/ocr/batch").status_code == 422


@pytest.mark.parametrize(
    ("path", "body", "options", "status"),
    [
        ("/ocr/image", b"", {}, 400),
        ("/ocr/pdf", b"%PDF-", {"dpi": 10}, 400),
        ("/ocr/image", b"x", {"lang": "klingon"}, 400),
        ("/ocr/predict", b"x", {"colour": "red"}, 400),
        ("/ocr/pdf", b"%PDF-", {"pages": "0"}, 400),
        ("/ocr/image", b"not an image", {}, 422),
        ("/ocr/image", b"\0" * (51 << 20), {}, 413),
    ],
)
def test_rejection_matches_description(service, checked, path, body, options, status):
    assert checked(service.post(path, body, **options), path).status_code == status


def test_errors_about_missing_jobs_match_description(service, checked):
    for path in ("/ocr/job/{job_id}", "/ocr/job/{job_id}/result"):
        assert checked(service.get(path), path).status_code == 404
        assert checked(service.get(path, params={"colour": "red"}), path).status_code == 400


@pytest.mark.parametrize("path", ["/", "/health", "/health/ready", "/health/alive", "/capabilities"])
def test_service_information_matches_description(service, checked, path):
    assert checked(service.get(path), path).status_code == 200


def test_metrics_summary_matches_description(service, checked):
    response = checked(service.get("/metrics", headers={"Accept": "application/json"}), "/metrics")
    assert response.json()["status"] == "ok"
    described = service.get("/openapi.json").json()["paths"]["/metrics"]["get"]["responses"]["200"]["content"]
    assert described.keys() == {"application/json", "text/plain"}


def test_the_source_code_is_named_where_the_operator_sets_it(tmp_path):
    source = "https://example.org/ocr/source"
    with ServiceProcesses(tmp_path, parts=("redis", "web"), SOURCE_URL=source) as web:
        assert web.get("/").json()["source"] == source
        assert web.get("/openapi.json").json()["externalDocs"]["url"] == source
