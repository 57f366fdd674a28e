"""Cancelling, deleting, listing and repeating jobs, partial results, dead letters, and who may access them."""

import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests

from stress.harness import REPOSITORY, wait_until
from tests.support.drawing import picture, scanned_pdf
from tests.support.openapi import Description
from tests.support.scripted_service import ScriptedService

KEYS = {"alice": "alices-key-0123456789", "bob": "bobs-key-0123456789ab", "zoe": "zoës-schlüssel-0123456789"}
ADMIN = "the-admin-token-0123456789"


@pytest.fixture(scope="module")
def service(tmp_path_factory):
    """Needs no API key: clients are identified by the address that the trusted proxy reports."""
    with ScriptedService(
        tmp_path_factory.mktemp("control"),
        ADMIN_TOKEN=ADMIN,
        TRUSTED_PROXIES="127.0.0.1",
        MAX_PDF_PAGES=300,
        OCR_WORKERS=1,
    ) as running:
        yield running


@pytest.fixture(autouse=True)
def reset_pages(request):
    """Undo what a test ordered about the reading of pages."""
    yield
    if "service" in request.fixturenames:
        request.getfixturevalue("service").configure_engine()


def unique_file(pages=1):
    return picture(str(time.time_ns())) if pages == 1 else scanned_pdf(*[f"{time.time_ns()}" for _ in range(pages)])


def submit(service, pages=1, headers=None, **options):
    path = "/ocr/image" if pages == 1 else "/ocr/pdf"
    files = {"file": ("scan", unique_file(pages))}
    return requests.post(service.url + path, files=files, data={"dpi": 72, **options}, headers=headers, timeout=30)


def status(service, job_id):
    return service.get(f"/ocr/job/{job_id}").json()


def wait_for_end(service, job_id):
    return wait_until(lambda: (now := status(service, job_id))["ready"] and now, 30, "the end of the job")


def has_pages(service, job_id, pages=1):
    return lambda: status(service, job_id)["progress"]["pages_done"] >= pages


def test_cancelling_a_running_job_frees_its_worker_for_the_next(service):
    service.configure_engine(seconds=0.3)
    job_id = submit(service, pages=200).json()["job_id"]
    wait_until(has_pages(service, job_id), 20, "the start of the job")
    response = requests.delete(f"{service.url}/ocr/job/{job_id}", timeout=5)
    cancelled = time.monotonic()
    assert (response.status_code, response.json()["status"]) == (200, "cancelled")
    result = service.get(f"/ocr/job/{job_id}/result")
    assert (result.status_code, result.json()["code"]) == (409, "job_cancelled")
    other = submit(service).json()["job_id"]
    wait_until(lambda: status(service, other)["ready"], 20, "the next job")
    assert time.monotonic() - cancelled < 10
    done = status(service, job_id)["progress"]["pages_done"]
    time.sleep(1)
    assert status(service, job_id)["progress"]["pages_done"] == done
    uploads = service.folder / "data" / "uploads"
    wait_until(lambda: not [path for path in uploads.iterdir() if path.is_file()], 10, "deletion of the uploads")


def test_deleted_job_cannot_be_found(service):
    job_id = submit(service).json()["job_id"]
    wait_for_end(service, job_id)
    assert requests.delete(f"{service.url}/ocr/job/{job_id}", timeout=5).status_code == 204
    for path in ("", "/result", "/events"):
        assert service.get(f"/ocr/job/{job_id}{path}").json()["code"] == "job_not_found"
    assert requests.delete(f"{service.url}/ocr/job/{job_id}", timeout=5).status_code == 404


def test_partial_result_contains_the_finished_pages(service):
    service.configure_engine(seconds=1, text="a page")
    job_id = submit(service, pages=6).json()["job_id"]
    wait_until(has_pages(service, job_id, 2), 20, "two pages")
    response = service.get(f"/ocr/job/{job_id}/result", params={"partial": "true"})
    body = response.json()
    assert (response.status_code, body["ready"], body["status"]) == (202, False, "processing")
    assert [page["page"] for page in body["pages"]][:2] == [1, 2] and body["pages"][0]["text"] == "a page"
    assert "pages" not in service.get(f"/ocr/job/{job_id}/result").json()
    Description(service.get("/openapi.json").json()).check(
        "get", "/ocr/job/{job_id}/result", 202, response.headers["Content-Type"], body
    )
    service.configure_engine(text="a page")
    wait_for_end(service, job_id)
    whole = service.get(f"/ocr/job/{job_id}/result", params={"partial": "true"})
    assert (whole.status_code, len(whole.json()["pages"])) == (200, 6)


def test_job_list_contains_only_the_clients_jobs_newest_first(service):
    mine, theirs = {"X-Forwarded-For": "198.51.100.7"}, {"X-Forwarded-For": "198.51.100.8"}
    ids = [submit(service, headers=mine).json()["job_id"] for _ in range(3)]
    submit(service, headers=theirs)
    for job_id in ids:
        wait_for_end(service, job_id)

    def page(**query):
        return requests.get(service.url + "/ocr/jobs", params=query, headers=mine, timeout=5).json()

    assert [job["job_id"] for job in page()["jobs"]] == ids[::-1]
    first = page(limit=2)
    assert [job["job_id"] for job in first["jobs"]] == ids[:0:-1]
    assert [job["job_id"] for job in page(limit=2, cursor=first["next_cursor"])["jobs"]] == ids[:1]
    assert page(cursor=ids[0])["code"] == "invalid_option"
    requests.delete(f"{service.url}/ocr/job/{ids[1]}", timeout=5)
    assert [job["job_id"] for job in page(limit=2, cursor=first["next_cursor"])["jobs"]] == ids[:1]
    assert page(status="failed")["jobs"] == []
    assert len(page(status="completed")["jobs"]) == 2
    assert page(state="completed")["code"] == "invalid_option"


def test_waiting_job_reports_its_queue_position_and_estimated_time(service):
    service.configure_engine(seconds=3)
    first, *waiting = [submit(service, headers={"X-Forwarded-For": "198.51.100.9"}).json()["job_id"] for _ in range(4)]
    wait_until(lambda: status(service, first)["stage"] == "started", 10, "the start of the first one")
    positions = [status(service, job_id).get("queue_position") for job_id in waiting]
    assert positions in ([1, 2, 3], [None, 1, 2]), positions
    estimates = [status(service, job_id)["eta_seconds"] for job_id in waiting]
    assert estimates[-1] > 0 and estimates == sorted(estimates)
    service.configure_engine()
    done = wait_for_end(service, waiting[-1])
    assert "eta_seconds" not in done and "queue_position" not in done


def test_repeated_request_with_the_same_key_creates_no_second_job(service):
    files, headers = {"file": ("scan", unique_file())}, {"Idempotency-Key": f"key-{time.time_ns()}"}

    def post(path="/ocr/image", files=files, **data):
        return requests.post(service.url + path, files=files, data=data, headers=headers, timeout=10)

    first, again = post(), post()
    assert first.json()["job_id"] == again.json()["job_id"]
    assert (again.status_code, again.headers.get("Idempotent-Replayed")) == (202, "true")
    assert "Idempotent-Replayed" not in first.headers
    assert post(detail="word").json()["code"] == "idempotency_conflict"
    other = post(files={"file": ("scan", unique_file())})
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_conflict")
    assert post("/ocr/predict").status_code == 422
    for invalid_key in ("wait " * 9, "", "x" * 256):
        headers = {"Idempotency-Key": invalid_key}
        response = requests.post(
            service.url + "/ocr/image", files=files, data={"wait": 10}, timeout=20, headers=headers
        )
        assert response.json()["code"] == "invalid_option"


def test_simultaneous_requests_with_one_key_create_one_job(service):
    files, headers = {"file": ("scan", unique_file())}, {"Idempotency-Key": f"key-{time.time_ns()}"}

    def post(_):
        return requests.post(service.url + "/ocr/image", files=files, headers=headers, timeout=10)

    with ThreadPoolExecutor(8) as pool:
        responses = list(pool.map(post, range(8)))
    assert {response.status_code for response in responses} <= {202, 409}
    assert len({response.json()["job_id"] for response in responses if response.status_code == 202}) == 1
    assert {response.json()["code"] for response in responses if response.status_code == 409} <= {
        "idempotency_in_flight"
    }


def test_key_of_a_rejected_request_can_be_reused(service):
    headers = {"Idempotency-Key": f"key-{time.time_ns()}"}
    for content, expected in ((b"not an image", 422), (unique_file(), 202)):
        response = requests.post(service.url + "/ocr/image", files={"file": content}, headers=headers, timeout=10)
        assert response.status_code == expected


def test_repeated_batch_returns_the_same_jobs(service):
    files = [("files", ("a.png", unique_file())), ("files", ("b.txt", b"not an image"))]
    headers = {"Idempotency-Key": f"key-{time.time_ns()}"}
    first, again = [requests.post(service.url + "/ocr/batch", files=files, headers=headers, timeout=10) for _ in "12"]
    assert [job.get("job_id") for job in first.json()["jobs"]] == [job.get("job_id") for job in again.json()["jobs"]]
    assert again.json()["jobs"][1]["error"]["code"] == "unsupported_type"


def test_job_that_crashes_its_workers_becomes_a_dead_letter_and_can_be_replayed(service):
    service.configure_engine(dies=True)
    job_id = submit(service).json()["job_id"]
    failed = wait_until(lambda: (now := status(service, job_id))["failed"] and now, 90, "the end of the job")
    assert failed["error"]["code"] == "page_crashed"
    bearer = {"Authorization": f"Bearer {ADMIN}"}

    def admin(method, path, headers=bearer):
        return requests.request(method, f"{service.url}/admin/dead-letters{path}", headers=headers, timeout=5)

    assert job_id in [letter["job_id"] for letter in admin("GET", "").json()["dead_letters"]]
    letter = admin("GET", f"/{job_id}")
    assert letter.json()["faults"][0]["code"] == "page_crashed"
    described = Description(service.get("/openapi.json").json())
    described.check("get", "/admin/dead-letters/{job_id}", 200, letter.headers["Content-Type"], letter.json())
    assert admin("GET", "", headers={}).status_code == 401
    assert admin("GET", "", headers={"Authorization": "Bearer wrong"}).status_code == 401
    assert admin("GET", "/no-such-job").json()["code"] == "not_a_dead_letter"
    assert job_id in command(service, "list")
    assert '"page_crashed"' in command(service, "show", job_id)
    service.configure_engine(text="read at last")
    replayed = admin("POST", f"/{job_id}/replay")
    assert (replayed.status_code, replayed.json()["status"]) == (202, "processing")
    assert wait_for_end(service, job_id)["status"] == "completed"
    assert service.get(f"/ocr/job/{job_id}/result").json()["text"] == "read at last"
    assert admin("POST", f"/{job_id}/replay").status_code == 404
    assert "No dead letter has this id." in command(service, "replay", job_id, fails=True)


def command(service, *arguments, fails=False):
    done = subprocess.run(
        [sys.executable, "-m", "flask", "--app", "app", "dead-letters", *arguments],
        cwd=REPOSITORY,
        env=service.environment,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert (done.returncode != 0) == fails, done.stderr
    return done.stderr if fails else done.stdout


@pytest.fixture(scope="module")
def key_service(tmp_path_factory):
    """Requires API keys. Has no worker, so no job is processed."""
    api_keys = ",".join(f"{name}:{key}" for name, key in KEYS.items())
    with ScriptedService(
        tmp_path_factory.mktemp("key_service"),
        parts=("redis", "web"),
        API_KEYS=api_keys,
        ADMIN_TOKEN=ADMIN,
        MAX_QUEUE_WAIT=5,
    ) as running:
        yield running


def bearer(name):
    return {"Authorization": f"Bearer {KEYS[name]}"}


def test_api_key_is_required_except_for_probes_and_capabilities(key_service):
    for headers in ({}, {"Authorization": "Bearer wrong"}, {"Authorization": f"Bearer {ADMIN}"}):
        response = submit(key_service, headers=headers)
        assert (response.status_code, response.json()["code"]) == (401, "unauthorized")
        assert response.headers["WWW-Authenticate"] == "Bearer"
    assert key_service.get("/health/alive").status_code == 200
    assert key_service.get("/capabilities").status_code == 200
    assert submit(key_service, headers={"X-API-Key": KEYS["alice"]}).status_code == 202
    assert submit(key_service, headers={"X-API-Key": KEYS["zoe"].encode()}).status_code == 202
    admin = requests.get(key_service.url + "/admin/dead-letters", headers=bearer("alice"), timeout=5)
    assert (admin.status_code, admin.json()["code"]) == (403, "forbidden")


def test_job_is_visible_only_to_its_owner(key_service):
    job_id = submit(key_service, headers=bearer("alice")).json()["job_id"]
    for method, path in (("GET", ""), ("GET", "/result"), ("GET", "/events"), ("DELETE", "")):
        response = requests.request(
            method, f"{key_service.url}/ocr/job/{job_id}{path}", headers=bearer("bob"), timeout=5
        )
        assert (response.status_code, response.json()["code"]) == (404, "job_not_found"), path
    jobs = requests.get(key_service.url + "/ocr/jobs", headers=bearer("bob"), timeout=5).json()["jobs"]
    assert job_id not in [job["job_id"] for job in jobs]
    assert requests.get(f"{key_service.url}/ocr/job/{job_id}", headers=bearer("alice"), timeout=5).status_code == 202


def test_full_queue_rejects_requests_before_reading_the_body(key_service):
    responses = [submit(key_service, headers=bearer("alice")) for _ in range(12)]
    codes = [response.status_code for response in responses]
    assert codes[-1] == 503 and 1 <= codes.count(202) <= 6, codes  # jobs of other tests are waiting, too
    rejected = responses[-1]
    assert rejected.json()["code"] == "queue_full"
    assert int(rejected.headers["Retry-After"]) == rejected.json()["retry_after"] >= 1
    head = {**bearer("alice"), "Content-Type": "multipart/form-data; boundary=x", "Content-Length": str(40 << 20)}
    with requests.Session() as session:
        prepared = requests.Request("POST", key_service.url + "/ocr/image", headers=head, data=b"").prepare()
        prepared.headers["Content-Length"] = str(40 << 20)
        # A server that waits for the 40 MB gives up after 30 seconds.
        assert session.send(prepared, timeout=15).status_code == 503


def test_rejections_are_counted(key_service):
    assert submit(key_service, headers=bearer("alice")).status_code == 503
    (line,) = [line for line in key_service.get("/metrics").text.splitlines() if line.startswith("ocr_refused_total{")]
    assert 'reason="queue_full"' in line and float(line.split()[-1]) >= 1
