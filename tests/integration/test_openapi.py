"""Real answers, held against the description of the API that the same service gives."""

import pytest
import requests

from tests.support.drawing import picture, scanned_pdf
from tests.support.openapi import Description


@pytest.fixture(scope="module")
def conforms(service):
    """`conforms(answer, path)`: the answer, after it was found to be what the description says of `path`."""
    description = Description(service.get("/openapi.json").json())

    def check(answer, path):
        method = answer.request.method.lower()
        description.check(method, path, answer.status_code, answer.headers["Content-Type"], answer.json())
        return answer

    return check


@pytest.mark.parametrize(
    ("path", "make"),
    [("/ocr/image", lambda: picture("As described")), ("/ocr/pdf", lambda: scanned_pdf("As", "described"))],
)
def test_a_job_is_what_the_description_says_from_its_beginning_to_its_end(service, conforms, path, make):
    accepted = conforms(service.post(path, make(), detail="word"), path)
    links = accepted.json()["links"]
    conforms(service.get(links["self"]), "/ocr/job/{job_id}")
    conforms(service.get(links["result"]), "/ocr/job/{job_id}/result")
    result = conforms(service.get(links["result"], params={"wait": 60}), "/ocr/job/{job_id}/result")
    assert (accepted.status_code, result.status_code) == (202, 200)
    assert conforms(service.get(links["self"]), "/ocr/job/{job_id}").json()["ready"] is True


def test_a_result_that_was_waited_for_is_what_the_description_says(service, conforms):
    for path in ("/ocr/image", "/ocr/predict"):
        assert conforms(service.post(path, picture("Waited for"), wait=60), path).status_code == 200


def test_a_batch_is_what_the_description_says(service, conforms):
    files = [("files", ("a.png", picture("Batch"))), ("files", ("b.png", b"no picture"))]
    answer = requests.post(service.url + "/ocr/batch", files=files, timeout=30)
    assert conforms(answer, "/ocr/batch").status_code == 202
    refused = requests.post(service.url + "/ocr/batch", files=files[1:], timeout=30)
    assert conforms(refused, "/ocr/batch").status_code == 422


@pytest.mark.parametrize(
    ("path", "body", "options", "status"),
    [
        ("/ocr/image", b"", {}, 400),
        ("/ocr/pdf", b"%PDF-", {"dpi": 10}, 400),
        ("/ocr/image", b"x", {"lang": "korean"}, 400),
        ("/ocr/predict", b"x", {"colour": "red"}, 400),
        ("/ocr/pdf", b"%PDF-", {"pages": "0"}, 400),
        ("/ocr/image", b"no picture", {}, 422),
        ("/ocr/image", b"\0" * (51 << 20), {}, 413),
    ],
)
def test_a_refusal_is_what_the_description_says(service, conforms, path, body, options, status):
    assert conforms(service.post(path, body, **options), path).status_code == status


def test_what_is_said_of_a_job_that_is_not_there_is_what_the_description_says(service, conforms):
    for path in ("/ocr/job/{job_id}", "/ocr/job/{job_id}/result"):
        assert conforms(service.get(path), path).status_code == 404
        assert conforms(service.get(path, params={"colour": "red"}), path).status_code == 400


@pytest.mark.parametrize("path", ["/", "/health", "/health/ready", "/health/alive", "/capabilities"])
def test_what_the_service_says_of_itself_is_what_the_description_says(service, conforms, path):
    assert conforms(service.get(path), path).status_code == 200


def test_the_numbers_in_json_are_what_the_description_says(service, conforms):
    answer = conforms(service.get("/metrics", headers={"Accept": "application/json"}), "/metrics")
    assert answer.json()["status"] == "ok"
    described = service.get("/openapi.json").json()["paths"]["/metrics"]["get"]["responses"]["200"]["content"]
    assert described.keys() == {"application/json", "text/plain"}
