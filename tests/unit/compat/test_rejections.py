"""Rejections before a file is read, in the form of each interface."""

from types import SimpleNamespace

import pytest

from services.errors import QueueFull

REQUESTS = [
    ("PUT", "/tika", lambda answer: answer.text),
    ("PUT", "/rmeta/text", lambda answer: answer.json[0]["X-TIKA:EXCEPTION:container_exception"]),
    ("PUT", "/tika/text", lambda answer: answer.json["X-TIKA:EXCEPTION:container_exception"]),
    ("POST", "/ocrspace/parse/image", lambda answer: answer.json["ErrorMessage"][0]),
    ("POST", "/", lambda answer: answer.json["message"]),
    ("POST", "/api/v1/ocr/submit", lambda answer: f"{answer.json['error']} ({answer.json['code']})"),
    ("POST", "/paddleocr/predict", lambda answer: f"{answer.json['detail']} ({answer.json['code']})"),
    ("POST", "/images", lambda answer: f"{answer.json['error']} ({answer.json['code']})"),
]


@pytest.fixture(scope="module")
def http(make_shared_app):
    def full(slot):
        raise QueueFull(7)

    services = SimpleNamespace(jobs=SimpleNamespace(ensure_accepting=full))
    return make_shared_app(services, RATE_LIMIT_ENABLED="false").test_client()


@pytest.mark.parametrize(("method", "path", "message"), REQUESTS)
def test_a_full_queue(http, method, path, message):
    answer = http.open(path, method=method, data=b"x", headers={"X-Amz-Target": "Textract.DetectDocumentText"})
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "7")
    assert message(answer) == "The job queue is full. Nothing was accepted. Try again in 7 s. (queue_full)"


def test_the_client_of_textract_can_catch_it(http):
    assert http.post("/").json["__type"] == "ProvisionedThroughputExceededException"


def test_interfaces_that_are_not_enabled_do_not_exist(make_shared_app):
    http = make_shared_app(SimpleNamespace(), COMPAT="none").test_client()
    answers = [http.open(path, method=method) for method, path, _ in REQUESTS]
    assert {answer.status_code for answer in answers} <= {404, 405}
    assert {answer.mimetype for answer in answers} == {"application/problem+json"}
