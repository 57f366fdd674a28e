"""Encrypted PDFs and the option `password`: it opens the file, and afterwards it is nowhere."""

import base64
import io

import pikepdf
import pymupdf
import pytest
import requests

from stress.harness import ServiceProcesses, wait_until
from tests.support.file_server import FileServer

PASSWORD = "correct-horse-battery-9d2e"
WRONG = "incorrect-horse-battery-9d2e"


def locked_pdf(text, pages=1, password=PASSWORD, encryption=pymupdf.PDF_ENCRYPT_AES_256):
    with pymupdf.open() as document:
        for _ in range(pages):
            document.new_page(width=300, height=100).insert_text((20, 50), text)
        return document.tobytes(encryption=encryption, user_pw=password, owner_pw="of-the-owner")


@pytest.fixture(scope="module")
def service(tmp_path_factory):
    settings = {
        "OCR_RUNTIME": "null",
        "LOG_LEVEL": "DEBUG",
        "FETCH_URLS": "true",
        "WEBHOOK_ALLOWED_NETWORKS": "127.0.0.0/8",
        "API_KEYS": "alice:a-key-of-alice-0123,bob:a-key-of-bob-012345",
    }
    with ServiceProcesses(tmp_path_factory.mktemp("passwords"), **settings) as running:
        yield running


def headers(client="alice"):
    return {"Authorization": f"Bearer {'a-key-of-alice-0123' if client == 'alice' else 'a-key-of-bob-012345'}"}


def send(service, content, path="/ocr/predict", client="alice", more=None, **options):
    files = {"file": ("locked.pdf", content)}
    all_headers = {**headers(client), **(more or {})}
    return requests.post(service.url + path, files=files, data=options, headers=all_headers, timeout=60)


def status_of(service, job_id):
    def ended():
        status = service.get(f"/ocr/job/{job_id}", headers=headers()).json()
        return status["ready"] and status

    return wait_until(ended, 30, "the job's end")


@pytest.mark.parametrize(
    "encryption",
    [
        pymupdf.PDF_ENCRYPT_RC4_40,
        pymupdf.PDF_ENCRYPT_RC4_128,
        pymupdf.PDF_ENCRYPT_AES_128,
        pymupdf.PDF_ENCRYPT_AES_256,
    ],
)
def test_password_opens_the_file(service, encryption):
    content = locked_pdf(f"Method {encryption}", encryption=encryption)
    for password in (PASSWORD, "of-the-owner"):
        result = send(service, content, password=password).json()
        assert f"Method {encryption}" in result["full_text"]


@pytest.mark.parametrize(
    "password", ["\u043f\u0430\u0440\u043e\u043b\u044c", "\u5bc6\u7801", "p\u00e4ss w\u00f6rd", "a b\"c\\'"]
)
def test_password_in_any_script(service, password):
    content = locked_pdf("Any script", password=password)
    assert "Any script" in send(service, content, password=password).json()["full_text"]


def test_wrong_and_missing_passwords_are_refused_at_once(service):
    content = locked_pdf("Refused")
    for options, code in (
        ({"password": WRONG}, "wrong_password"),
        ({}, "encrypted_file"),
        ({"password": ""}, "encrypted_file"),
    ):
        response = send(service, content, "/ocr/pdf", **options)
        assert (response.status_code, response.json()["code"]) == (422, code)
        assert WRONG not in response.text


def test_result_in_the_cache_needs_the_password_as_well(service):
    content = locked_pdf("In the cache")
    assert send(service, content, password=PASSWORD).json()["cached"] is False
    assert send(service, content, password=PASSWORD).json()["cached"] is True
    assert send(service, content, password=WRONG).json()["code"] == "wrong_password"
    assert send(service, content).json()["code"] == "encrypted_file"
    assert send(service, content, client="bob", password=PASSWORD).json()["cached"] is False


def test_other_files_ignore_a_password(service):
    plain = locked_pdf("Plain", encryption=pymupdf.PDF_ENCRYPT_NONE)
    assert "Plain" in send(service, plain, password=PASSWORD).json()["full_text"]


def test_password_in_an_address_is_refused(service):
    response = requests.post(
        service.url + "/ocr/pdf",
        params={"password": PASSWORD},
        files={"file": locked_pdf("x")},
        headers=headers(),
        timeout=30,
    )
    assert (response.status_code, response.json()["code"]) == (400, "invalid_option")
    assert "address" in response.json()["detail"]


def test_long_document_is_opened_by_each_of_its_units(service):
    result = send(service, locked_pdf("Long", pages=23), password=PASSWORD, pages="2-22").json()
    assert result["full_text"].count("Long") == 21


def test_generated_files_have_the_same_password(service):
    job = send(service, locked_pdf("Outputs"), "/ocr/pdf", outputs="all", mode="ocr", password=PASSWORD).json()
    assert status_of(service, job["job_id"])["successful"]
    for name in ("pdf", "annotated"):
        response = service.get(job["links"]["result"], params={"format": name}, headers=headers())
        assert response.status_code == 200, response.text
        with pytest.raises(pikepdf.PasswordError):
            pikepdf.open(io.BytesIO(response.content))
        with pikepdf.open(io.BytesIO(response.content), password=PASSWORD) as pdf:
            assert len(pdf.pages) == 1
    picture = service.get(job["links"]["result"], params={"format": "annotated", "page": 1}, headers=headers())
    assert picture.headers["Content-Type"] == "image/png"


def test_repeated_request_with_another_password_is_another_request(service):
    content, key = locked_pdf("Repeated"), {"Idempotency-Key": "with-a-password"}
    first = send(service, content, "/ocr/pdf", more=key, password=PASSWORD)
    second = send(service, content, "/ocr/pdf", more=key, password=PASSWORD)
    assert second.json()["job_id"] == first.json()["job_id"]
    assert send(service, content, "/ocr/pdf", more=key, password=WRONG).json()["code"] == "idempotency_conflict"


def announced(service, content, password):
    body = {"filename": "a.pdf", "file_size": len(content), "password": password}
    job = requests.post(service.url + "/ocr/uploads", json=body, headers=headers(), timeout=10).json()
    requests.put(job["upload_url"], data=content, headers=job["headers"], timeout=10)
    return job


def by_url(service, content, password, files):
    body = {"url": files.add("/locked.pdf", content), "password": password}
    return requests.post(service.url + "/ocr/pdf", json=body, headers=headers(), timeout=10).json()


def in_json(service, content, password):
    body = {"file": base64.b64encode(content).decode(), "password": password}
    return requests.post(service.url + "/ocr/pdf", json=body, headers=headers(), timeout=10).json()


def test_every_way_to_send_a_file_takes_a_password(service):
    with FileServer() as files:
        ways = [announced, in_json, lambda *arguments: by_url(*arguments, files)]
        for number, way in enumerate(ways):
            job = way(service, locked_pdf(f"Way {number}"), PASSWORD)
            assert status_of(service, job["job_id"])["successful"]
        for way in (ways[0], ways[2]):
            job = way(service, locked_pdf("Way to fail"), WRONG)
            assert status_of(service, job["job_id"])["error"]["code"] == "wrong_password"


def test_cancelled_leader_reads_on_for_its_followers(service):
    """The password stays as long as the work, and no longer."""
    client, content = service.redis.client(), locked_pdf("Shared", pages=4)
    with service.suspended("worker"):
        jobs = [send(service, content, "/ocr/pdf", password=PASSWORD).json() for _ in range(2)]
        stored = [client.hget(f"ocr:job:{job['job_id']}", "password") for job in jobs]
        assert stored[0] and not stored[1], "only the job that does the work needs it"
        requests.delete(service.url + jobs[0]["links"]["self"], headers=headers(), timeout=10)
    assert status_of(service, jobs[1]["job_id"])["successful"]
    assert not client.hget(f"ocr:job:{jobs[0]['job_id']}", "password")


def test_password_is_written_nowhere(service):
    """Runs last: searches all that the service wrote for all requests of this module."""
    content = locked_pdf("Searched", pages=3)
    with service.suspended("worker"):
        job = send(service, content, "/ocr/pdf", password=PASSWORD, callback_url="http://127.0.0.1:9009/hook").json()
        client = service.redis.client()
        assert client.hget(f"ocr:job:{job['job_id']}", "password"), "sealed, while it is needed"
        client.save()
        found = written(service)
    status_of(service, job["job_id"])
    client.save()
    for path, data in (found | written(service)).items():
        for password in (PASSWORD, WRONG):
            for form in (password.encode(), base64.b64encode(password.encode()), password.encode("utf-16-le")):
                assert form not in data, path
    names = {path.name for path in found}
    assert {"web.log", "worker.log", "redis.log"} <= names and any(name.endswith((".rdb", ".aof")) for name in names)
    assert [key for key in client.keys("ocr:job:*") if client.hget(key, "password")] == []


def written(service):
    return {path: path.read_bytes() for path in service.folder.rglob("*") if path.is_file()}
