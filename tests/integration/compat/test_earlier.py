"""Paths of earlier services over HTTP."""

import time

import pytest
import requests

from tests.integration.compat.conftest import ALICE
from tests.support.compat import SAMPLE, locked_pdf, own_result, sample, two_pages


def post(service, path, content=None, field="file", **arguments):
    files = {field: ("page.png", content or sample())}
    return requests.post(f"{service.url}{path}", files=files, timeout=60, **arguments)


def poll(service, path, ended):
    """The body of the first answer whose status is one of `ended`."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        answer = requests.get(f"{service.url}{path}", timeout=30)
        assert answer.status_code in (200, 202), answer.text
        if answer.json()["status"] in ended:
            return answer.json()
        time.sleep(0.1)
    raise AssertionError(answer.text)


def test_submit_and_result(service):
    own = own_result(service, two_pages())
    sent = post(service, "/api/v1/ocr/submit", two_pages()).json()
    assert sent.keys() == {"job_id", "message"}
    done = poll(service, f"/api/v1/ocr/result/{sent['job_id']}", ("finished", "failed"))
    assert done == {"status": "finished", "text": own["full_text"], "error": None}


@pytest.mark.parametrize("base", ["", "/ocr-api"])
def test_predict(service, base):
    own = own_result(service, sample())
    now = post(service, f"{base}/paddleocr/predict").json()
    assert (now["raw_text"], now["filename"], now["document_ids"]) == (own["text"], "page.png", {})
    assert now["texts"] == [line["text"] for line in own["lines"]]
    sent = post(service, f"{base}/paddleocr/predict-async").json()
    assert sent["status"] == "pending"
    done = poll(service, f"{base}/paddleocr/status/{sent['job_id']}", ("SUCCESS", "FAILURE"))
    assert (done["status"], done["result"]["raw_text"]) == ("SUCCESS", own["text"])


@pytest.mark.parametrize("path", ["/images", "/images/"])
def test_images(service, path):
    sent = post(service, path, field="image").json()
    done = poll(service, f"/images/{sent['id']}", ("completed",))
    assert done["text"] == own_result(service, sample())["text"]


def test_a_field_of_the_form_opens_an_encrypted_pdf(service):
    opened = post(service, "/paddleocr/predict", locked_pdf("secret"), data={"password": "secret"})
    assert opened.json()["raw_text"] == "Unlocked"
    refused = post(service, "/paddleocr/predict?password=secret", locked_pdf("secret"))
    assert refused.json()["code"] == "encrypted_file", "addresses are logged"


def test_an_announced_file(service):
    content = sample()
    announced = requests.post(
        f"{service.url}/ocr", json={"filename": "page.png", "file_size": len(content)}, timeout=30
    ).json()
    assert announced["method"] == "PUT"
    put = requests.put(announced["upload_url"], data=content, headers=announced["headers"], timeout=30)
    assert put.status_code == 202
    done = poll(service, f"/ocr/job/{announced['job_id']}", ("completed", "failed"))
    assert done["status"] == "completed"


def test_health_needs_no_key(keyed_app):
    http = keyed_app.test_client()
    health = http.get("/api/v1/health")
    assert (health.status_code, health.json["redis"]) == (503, "connected"), "no worker runs"
    assert http.get("/ocr-api/health").json["status"] == "unhealthy"
    assert http.get("/ocr-api/metrics").json["requests_processed"] >= 0


def test_accounts(keyed_app):
    http = keyed_app.test_client()
    new = http.post("/api/v1/auth/register", json={"email": "earlier@example.org", "name": "Earlier"})
    assert new.status_code == 201 and new.json["api_key"]

    def send(method, name, key):
        return http.open(f"/api/v1/auth/{name}", method=method, headers={"X-API-Key": key})

    assert send("GET", "stats", new.json["api_key"]).json["email"] == "earlier@example.org"
    again = send("POST", "regenerate", new.json["api_key"]).json["api_key"]
    assert send("POST", "revoke", again).status_code == 200
    refused = send("GET", "stats", again)
    assert (refused.status_code, refused.json["code"]) == (401, "unauthorized")
    bad = http.post("/api/v1/auth/register", json={"email": "none"})
    assert (bad.status_code, bad.json["code"]) == (400, "invalid_option")


@pytest.mark.parametrize("path", ["/api/v1/ocr/submit", "/paddleocr/predict", "/ocr-api/paddleocr/predict", "/images"])
def test_errors_name_the_reason_in_each_way(service, path):
    answer = post(service, path, b"hello")
    body = answer.json()
    assert (answer.status_code, body["code"], body["error"]) == (422, "unsupported_type", body["detail"])
    missing = requests.post(f"{service.url}{path}", timeout=30)
    assert (missing.status_code, missing.json()["code"]) == (400, "missing_file")


@pytest.mark.parametrize("path", ["/api/v1/ocr/result/{}", "/paddleocr/status/{}", "/images/{}"])
def test_the_jobs_of_others_do_not_exist(keyed_app, path):
    http = keyed_app.test_client()
    email = f"bob{len(path)}@example.org"
    bob = http.post("/auth/register", json={"email": email, "name": "B"}).json["api_key"]
    with open(SAMPLE, "rb") as file:
        sent = http.post("/images", data={"file": (file, "x.png")}, headers={"X-API-Key": ALICE})
    address = path.format(sent.json["id"])
    assert http.get(address, headers={"X-API-Key": ALICE}).status_code in (200, 202)
    assert http.get(address, headers={"X-API-Key": bob}).status_code == 404
    assert http.get(address).status_code == 401


@pytest.mark.parametrize(
    ("path", "running", "ended"),
    [
        ("/api/v1/ocr/result/{}", "queued", "failed"),
        ("/paddleocr/status/{}", "PENDING", "FAILURE"),
        ("/images/{}", "processing", "failed"),
    ],
)
def test_a_job_without_a_result_has_failed(keyed_app, path, running, ended):
    http, headers = keyed_app.test_client(), {"X-API-Key": ALICE}
    with open(SAMPLE, "rb") as file:
        job = http.post("/images", data={"image": (file, "x.png")}, headers=headers).json["id"]
    assert http.get(path.format(job), headers=headers).json["status"] == running
    http.delete(f"/ocr/job/{job}", headers=headers)
    answer = http.get(path.format(job), headers=headers)
    assert (answer.status_code, answer.json["status"], answer.json["code"]) == (200, ended, "job_cancelled")
