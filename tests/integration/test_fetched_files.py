"""Files by URL: fetched by a worker, then the same jobs as for files that are sent."""

import pytest
import requests

from stress.harness import ServiceProcesses, wait_until
from tests.support.drawing import picture, scanned_pdf
from tests.support.file_server import FileServer
from tests.support.openapi import Description

LIMIT = 2 << 20
SECRET = "signature-of-the-storage-7f3a"
ADMIN = "the-token-of-the-administrator"
SETTINGS = {
    "OCR_RUNTIME": "null",
    "MAX_CONTENT_LENGTH": LIMIT,
    "ADMIN_TOKEN": ADMIN,
    "LOG_LEVEL": "DEBUG",
    "WEBHOOK_ALLOWED_NETWORKS": "127.0.0.0/8",
}


@pytest.fixture(scope="module")
def files():
    with FileServer() as server:
        yield server


@pytest.fixture(scope="module")
def service(tmp_path_factory):
    with ServiceProcesses(tmp_path_factory.mktemp("fetching"), FETCH_URLS="true", **SETTINGS) as running:
        yield running


@pytest.fixture(scope="module")
def s3_service(tmp_path_factory, s3_server):
    s3_server.clear()
    settings = {**SETTINGS, "FETCH_URLS": "true", **s3_server.settings}
    with ServiceProcesses(tmp_path_factory.mktemp("fetching-s3"), **settings) as running:
        yield running


def send(service, path, key=None, headers=None, **body):
    headers = {**(headers or {}), **({"Authorization": f"Bearer {key}"} if key else {})}
    return requests.post(service.url + path, json=body, headers=headers, timeout=60)


def ended(service, job_id, key=None):
    """The job's status, when it has ended."""
    headers = {"Authorization": f"Bearer {key}"} if key else {}

    def found():
        status = service.get(f"/ocr/job/{job_id}", headers=headers).json()
        return status.get("ready") and status

    return wait_until(found, 30, "the job's end")


@pytest.mark.parametrize("name", ["service", "s3_service"])
def test_file_by_url_gives_the_result_of_the_same_file_in_a_form(request, files, name):
    service = request.getfixturevalue(name)
    content = picture(f"Fetched {name}")
    url = files.add(f"/folder/Scan%20{name}.png?token={SECRET}", content)
    accepted = send(service, "/ocr/image", url=url, lang="en")
    body = accepted.json()
    assert (accepted.status_code, body["status"], body["filename"]) == (202, "processing", f"Scan {name}.png")
    status = ended(service, body["job_id"])
    assert status["successful"], status
    result = service.get(body["links"]["result"]).json()
    assert result["file_size"] == len(content) and result["cached"] is False
    again = service.post("/ocr/image", content, lang="en", wait=30).json()
    assert again["cached"] is True, "the same content and options"
    assert files.count(f"/folder/Scan%20{name}.png") == 1


def test_waiting_streams_and_lists_show_a_running_job(service, files):
    url = files.add("/slow.png", picture("Slow"), seconds=0.1)
    job = send(service, "/ocr/predict", url=url, wait=0).json()
    description = Description(service.get("/openapi.json").json())
    status = service.get(job["links"]["self"])
    description.check("get", "/ocr/job/{job_id}", status.status_code, status.headers["Content-Type"], status.json())
    assert (status.json()["status"], status.json()["stage"]) == ("processing", "fetching")
    listed = service.get("/ocr/jobs", params={"status": "processing"}).json()["jobs"]
    assert job["job_id"] in [each["job_id"] for each in listed]
    events = service.get(job["links"]["self"] + "/events").text
    assert "event: status" in events and "event: completed" in events
    waited = send(service, "/ocr/predict", url=files.add("/second.png", picture("Second"), seconds=0.05), wait=30)
    assert waited.status_code == 200 and waited.json()["filename"] == "second.png"


@pytest.mark.parametrize(
    ("path", "endpoint", "code"),
    [
        ("/missing.png", "/ocr/image", "fetch_failed"),
        ("/text.png", "/ocr/image", "unsupported_type"),
        ("/a.pdf", "/ocr/image", "unsupported_type"),
        ("/empty.png", "/ocr/predict", "empty_file"),
        ("/large.png", "/ocr/image", "payload_too_large"),
        ("/inside.png", "/ocr/image", "url_not_allowed"),
    ],
)
def test_job_fails_with_the_reason(service, files, path, endpoint, code):
    files.add("/text.png", b"not a picture")
    files.add("/a.pdf", scanned_pdf("One"))
    files.add("/empty.png", b"")
    files.add("/large.png", b"x" * (LIMIT + 1))
    files.add("/inside.png", status=302, headers={"Location": "http://10.1.2.3/"})
    job = send(service, endpoint, url=files.url(path), wait=0).json()
    status = ended(service, job["job_id"])
    assert (status["status"], status["error"]["code"]) == ("failed", code)
    result = service.get(job["links"]["result"])
    assert (result.status_code, result.json()["code"]) == (422, code)


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"url": "http://169.254.169.254/latest"}, "url_not_allowed"),
        ({"url": "http://192.168.0.1/a.png"}, "url_not_allowed"),
        ({"url": "ftp://example.org/a.png"}, "url_not_allowed"),
        ({"url": f"http://user:{SECRET}@127.0.0.1:8080/a.png"}, "url_not_allowed"),
        ({"url": "no url"}, "url_not_allowed"),
        ({"url": "http://127.0.0.1:8080/" + "a" * 2100}, "url_not_allowed"),
        ({"url": 5}, "invalid_option"),
        ({"url": "http://127.0.0.1:8080/", "file": "QQ=="}, "invalid_option"),
    ],
)
def test_request_is_refused_at_once(service, body, code):
    response = send(service, "/ocr/image", **body)
    assert (response.status_code, response.json()["code"]) == (400, code)
    assert SECRET not in response.text


def test_url_is_not_known_as_an_option_of_forms_and_queries(service):
    assert service.post("/ocr/image", picture("Form"), url="http://127.0.0.1/").json()["code"] == "invalid_option"


def test_batch_mixes_urls_and_files(service, files):
    url = files.add("/in-a-batch.png", picture("Batch"))
    body = send(service, "/ocr/batch", files=[{"url": url}, {"url": "http://10.0.0.1/"}, {"file": "QQ=="}]).json()
    assert [item["status"] for item in body["jobs"]] == ["processing", "failed", "failed"]
    assert "type" not in body["jobs"][0]
    assert ended(service, body["jobs"][0]["job_id"])["successful"]


def test_cancelled_job_gets_no_file(service, files):
    url = files.add("/cancelled.png", picture("Cancelled"), seconds=0.2)
    job = send(service, "/ocr/image", url=url).json()
    wait_until(lambda: files.count("/cancelled.png"), 10, "the download")
    response = requests.delete(service.url + job["links"]["self"], timeout=10)
    assert response.json()["status"] == "cancelled"
    uploads = service.folder / "data" / "uploads"
    wait_until(lambda: not [path for path in uploads.rglob("*") if path.is_file()], 15, "nothing left")
    assert ended(service, job["job_id"])["status"] == "cancelled"


def test_repeated_request_fetches_once(service, files):
    url = files.add("/once.png", picture("Once"))
    headers = {"Idempotency-Key": "fetch-once"}
    first, second = (send(service, "/ocr/image", url=url, headers=headers) for _ in range(2))
    assert second.json()["job_id"] == first.json()["job_id"]
    other = send(service, "/ocr/image", url=url + "?changed", headers=headers)
    assert other.json()["code"] == "idempotency_conflict"
    assert ended(service, first.json()["job_id"])["successful"] and files.count("/once.png") == 1


def test_limits_of_the_account_count(service, files):
    account = {"email": "fetching@example.org", "name": "Ann", "max_file_bytes": 50_000, "pages_per_day": 1}
    headers = {"Authorization": f"Bearer {ADMIN}"}
    created = requests.post(service.url + "/admin/accounts", json=account, headers=headers, timeout=10).json()
    key = created["api_key"]
    files.add("/account-large.png", b"x" * 50_001)
    files.add("/account-pages.pdf", scanned_pdf("One", "Two"))
    codes = []
    for path in ("/account-large.png", "/account-pages.pdf"):
        job = send(service, "/ocr/predict", key, url=files.url(path), wait=0).json()
        codes.append(ended(service, job["job_id"], key)["error"]["code"])
    assert codes == ["payload_too_large", "quota_exceeded"]
    assert service.get(job["links"]["self"]).status_code == 404, "of another owner"


def test_web_process_does_not_fetch(service, files):
    """Without a worker the job waits, and the first one that comes fetches the file."""
    url = files.add("/later.png", picture("Later"))
    service.stop_worker()
    try:
        job = send(service, "/ocr/image", url=url).json()
        assert service.get(job["links"]["self"]).json()["stage"] == "fetching"
        assert files.count("/later.png") == 0
    finally:
        service.start_worker()
        service.wait_until_ready()
    assert ended(service, job["job_id"])["successful"]


def test_secret_of_a_url_is_written_nowhere(service, files):
    for path in ("/secret.png", "/secret-missing.png"):
        url = files.add(f"{path}?token={SECRET}", picture("Secret"), status=404 if "missing" in path else 200)
        ended(service, send(service, "/ocr/image", url=url, wait=0).json()["job_id"])
    client = service.redis.client()
    client.save()
    written = [path for path in service.folder.rglob("*") if path.is_file()]
    assert any(path.suffix == ".rdb" for path in written) and any(path.name == "worker.log" for path in written)
    for path in written:
        assert SECRET.encode() not in path.read_bytes(), path
    for key in client.keys("ocr:job:*"):
        assert not client.hget(key, "source") or client.hget(key, "status") == b"awaiting_upload"
    assert "/secret.png" not in service.log("worker") + service.log("web")


def test_urls_are_refused_by_default(tmp_path, files):
    with ServiceProcesses(tmp_path, **SETTINGS) as plain:
        response = send(plain, "/ocr/image", url=files.add("/off.png", picture("Off")))
        assert (response.status_code, response.json()["code"]) == (400, "url_not_allowed")
        assert "FETCH_URLS" in response.json()["detail"]
        assert plain.get("/capabilities").json()["limits"]["fetch_urls"] is False
        assert files.count("/off.png") == 0
