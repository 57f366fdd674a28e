"""What clients and operators can do with jobs: cancel, delete, list, look half-way, send twice; and who may do it."""

import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests

from stress.harness import REPOSITORY, wait_until
from tests.support.drawing import picture, scanned_pdf
from tests.support.obedient import ObedientService
from tests.support.openapi import Description

KEYS = {"alice": "alices-key-0123456789", "bob": "bobs-key-0123456789ab", "zoe": "zoës-schlüssel-0123456789"}
ADMIN = "the-admin-token-0123456789"


@pytest.fixture(scope="module")
def service(tmp_path_factory):
    """Everybody may ask, and is known by an address; two proxies' worth of clients."""
    running = ObedientService(
        tmp_path_factory.mktemp("control"),
        ADMIN_TOKEN=ADMIN,
        TRUSTED_PROXIES="127.0.0.1",
        MAX_PDF_PAGES=300,
        OCR_WORKERS=1,
    )
    try:
        yield running.start()
    finally:
        running.stop()


@pytest.fixture(autouse=True)
def prompt(request):
    """Pages are read at once again, whatever a test ordered."""
    yield
    if "service" in request.fixturenames:
        request.getfixturevalue("service").tell()


def fresh(pages=1):
    return picture(str(time.time_ns())) if pages == 1 else scanned_pdf(*[f"{time.time_ns()}" for _ in range(pages)])


def send(service, pages=1, headers=None, **options):
    path = "/ocr/image" if pages == 1 else "/ocr/pdf"
    files = {"file": ("scan", fresh(pages))}
    return requests.post(service.url + path, files=files, data={"dpi": 72, **options}, headers=headers, timeout=30)


def status(service, job_id):
    return service.get(f"/ocr/job/{job_id}").json()


def ended(service, job_id):
    return wait_until(lambda: (now := status(service, job_id))["ready"] and now, 30, "the job's end")


def begun(service, job_id, pages=1):
    return lambda: status(service, job_id)["progress"]["pages_done"] >= pages


def test_a_running_job_is_cancelled_and_its_worker_free_for_the_next(service):
    service.tell(seconds=0.3)
    job_id = send(service, pages=200).json()["job_id"]
    wait_until(begun(service, job_id), 20, "its beginning")
    answer = requests.delete(f"{service.url}/ocr/job/{job_id}", timeout=5)
    cancelled = time.monotonic()
    assert (answer.status_code, answer.json()["status"]) == (200, "cancelled")
    result = service.get(f"/ocr/job/{job_id}/result")
    assert (result.status_code, result.json()["code"]) == (409, "job_cancelled")
    other = send(service).json()["job_id"]
    wait_until(lambda: status(service, other)["ready"], 10, "the next job")
    assert time.monotonic() - cancelled < 5
    done = status(service, job_id)["progress"]["pages_done"]
    time.sleep(1)
    assert status(service, job_id)["progress"]["pages_done"] == done
    uploads = service.folder / "data" / "uploads"
    assert [path for path in uploads.iterdir() if path.is_file()] == []


def test_an_ended_job_is_forgotten_when_it_is_deleted(service):
    job_id = send(service).json()["job_id"]
    ended(service, job_id)
    assert requests.delete(f"{service.url}/ocr/job/{job_id}", timeout=5).status_code == 204
    for path in ("", "/result", "/events"):
        assert service.get(f"/ocr/job/{job_id}{path}").json()["code"] == "job_not_found"
    assert requests.delete(f"{service.url}/ocr/job/{job_id}", timeout=5).status_code == 404


def test_the_pages_that_are_done_can_be_seen_before_the_others_are(service):
    service.tell(seconds=0.4, text="a page")
    job_id = send(service, pages=6).json()["job_id"]
    wait_until(begun(service, job_id, 2), 20, "two pages")
    answer = service.get(f"/ocr/job/{job_id}/result", params={"partial": "true"})
    body = answer.json()
    assert (answer.status_code, body["ready"], body["status"]) == (202, False, "processing")
    assert [page["page"] for page in body["pages"]][:2] == [1, 2] and body["pages"][0]["text"] == "a page"
    assert "pages" not in service.get(f"/ocr/job/{job_id}/result").json()
    Description(service.get("/openapi.json").json()).check(
        "get", "/ocr/job/{job_id}/result", 202, answer.headers["Content-Type"], body
    )
    ended(service, job_id)
    whole = service.get(f"/ocr/job/{job_id}/result", params={"partial": "true"})
    assert (whole.status_code, len(whole.json()["pages"])) == (200, 6)


def test_a_client_sees_its_own_jobs_newest_first_and_nobody_elses(service):
    mine, theirs = {"X-Forwarded-For": "198.51.100.7"}, {"X-Forwarded-For": "198.51.100.8"}
    ids = [send(service, headers=mine).json()["job_id"] for _ in range(3)]
    send(service, headers=theirs)
    for job_id in ids:
        ended(service, job_id)

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


def test_a_job_that_waits_tells_its_place_and_when_it_may_be_done(service):
    service.tell(seconds=0.5)
    first, *waiting = [send(service, headers={"X-Forwarded-For": "198.51.100.9"}).json()["job_id"] for _ in range(4)]
    wait_until(lambda: status(service, first)["stage"] == "started", 10, "the first one's beginning")
    places = [status(service, job_id).get("queue_position") for job_id in waiting]
    assert places in ([1, 2, 3], [None, 1, 2]), places
    times = [status(service, job_id)["eta_seconds"] for job_id in waiting]
    assert times[-1] > 0 and times == sorted(times)
    done = ended(service, waiting[-1])
    assert "eta_seconds" not in done and "queue_position" not in done


def test_a_request_sent_again_with_its_key_makes_no_second_job(service):
    files, headers = {"file": ("scan", fresh())}, {"Idempotency-Key": f"key-{time.time_ns()}"}

    def post(path="/ocr/image", files=files, **data):
        return requests.post(service.url + path, files=files, data=data, headers=headers, timeout=10)

    first, again = post(), post()
    assert first.json()["job_id"] == again.json()["job_id"]
    assert (again.status_code, again.headers.get("Idempotent-Replayed")) == (202, "true")
    assert "Idempotent-Replayed" not in first.headers
    assert post(detail="word").json()["code"] == "idempotency_conflict"
    other = post(files={"file": ("scan", fresh())})
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_conflict")
    assert post("/ocr/predict").status_code == 422
    for no_key in ("wait " * 9, "", "x" * 256):
        headers = {"Idempotency-Key": no_key}
        waited = requests.post(service.url + "/ocr/image", files=files, data={"wait": 10}, timeout=20, headers=headers)
        assert waited.json()["code"] == "invalid_option"


def test_requests_of_one_key_at_once_make_one_job(service):
    files, headers = {"file": ("scan", fresh())}, {"Idempotency-Key": f"key-{time.time_ns()}"}

    def post(_):
        return requests.post(service.url + "/ocr/image", files=files, headers=headers, timeout=10)

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(post, range(8)))
    assert {answer.status_code for answer in answers} <= {202, 409}
    assert len({answer.json()["job_id"] for answer in answers if answer.status_code == 202}) == 1
    assert {answer.json()["code"] for answer in answers if answer.status_code == 409} <= {"idempotency_in_flight"}


def test_a_key_whose_request_was_refused_is_free_again(service):
    headers = {"Idempotency-Key": f"key-{time.time_ns()}"}
    for content, expected in ((b"no picture", 422), (fresh(), 202)):
        answer = requests.post(service.url + "/ocr/image", files={"file": content}, headers=headers, timeout=10)
        assert answer.status_code == expected


def test_a_batch_sent_again_is_answered_with_the_same_jobs(service):
    files = [("files", ("a.png", fresh())), ("files", ("b.txt", b"nothing"))]
    headers = {"Idempotency-Key": f"key-{time.time_ns()}"}
    first, again = [requests.post(service.url + "/ocr/batch", files=files, headers=headers, timeout=10) for _ in "12"]
    assert [job.get("job_id") for job in first.json()["jobs"]] == [job.get("job_id") for job in again.json()["jobs"]]
    assert again.json()["jobs"][1]["error"]["code"] == "unsupported_type"


def test_a_job_that_kills_its_workers_is_a_dead_letter_that_can_be_read_again(service):
    service.tell(dies=True)
    job_id = send(service).json()["job_id"]
    failed = wait_until(lambda: (now := status(service, job_id))["failed"] and now, 90, "its end")
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
    service.tell(text="read at last")
    replayed = admin("POST", f"/{job_id}/replay")
    assert (replayed.status_code, replayed.json()["status"]) == (202, "processing")
    assert ended(service, job_id)["status"] == "completed"
    assert service.get(f"/ocr/job/{job_id}/result").json()["text"] == "read at last"
    assert admin("POST", f"/{job_id}/replay").status_code == 404
    assert "no dead letter" in command(service, "replay", job_id, fails=True)


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
def keyed(tmp_path_factory):
    """Only who has a key may ask. Nothing is worked on."""
    api_keys = ",".join(f"{name}:{key}" for name, key in KEYS.items())
    running = ObedientService(tmp_path_factory.mktemp("keyed"), API_KEYS=api_keys, ADMIN_TOKEN=ADMIN, MAX_QUEUE_WAIT=5)
    try:
        running.redis.start()
        running.start_web()
        running.wait_until_alive()
        yield running
    finally:
        running.stop()


def bearer(name):
    return {"Authorization": f"Bearer {KEYS[name]}"}


def test_with_keys_nobody_asks_without_one_and_probes_need_none(keyed):
    for headers in ({}, {"Authorization": "Bearer wrong"}, {"Authorization": f"Bearer {ADMIN}"}):
        answer = send(keyed, headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (401, "unauthorized")
        assert answer.headers["WWW-Authenticate"] == "Bearer"
    assert keyed.get("/health/alive").status_code == 200
    assert keyed.get("/capabilities").status_code == 200
    assert send(keyed, headers={"X-API-Key": KEYS["alice"]}).status_code == 202
    assert send(keyed, headers={"X-API-Key": KEYS["zoe"].encode()}).status_code == 202
    admin = requests.get(keyed.url + "/admin/dead-letters", headers=bearer("alice"), timeout=5)
    assert (admin.status_code, admin.json()["code"]) == (403, "forbidden")


def test_a_job_is_its_owners_alone(keyed):
    job_id = send(keyed, headers=bearer("alice")).json()["job_id"]
    for method, path in (("GET", ""), ("GET", "/result"), ("GET", "/events"), ("DELETE", "")):
        answer = requests.request(method, f"{keyed.url}/ocr/job/{job_id}{path}", headers=bearer("bob"), timeout=5)
        assert (answer.status_code, answer.json()["code"]) == (404, "job_not_found"), path
    jobs = requests.get(keyed.url + "/ocr/jobs", headers=bearer("bob"), timeout=5).json()["jobs"]
    assert job_id not in [job["job_id"] for job in jobs]
    assert requests.get(f"{keyed.url}/ocr/job/{job_id}", headers=bearer("alice"), timeout=5).status_code == 202


def test_a_full_queue_refuses_before_the_body_is_read_and_stays_ready_to_answer(keyed):
    answers = [send(keyed, headers=bearer("alice")) for _ in range(12)]
    codes = [answer.status_code for answer in answers]
    assert codes[-1] == 503 and 1 <= codes.count(202) <= 6, codes  # other tests' jobs wait as well
    refused = answers[-1]
    assert refused.json()["code"] == "queue_full"
    assert int(refused.headers["Retry-After"]) == refused.json()["retry_after"] >= 1
    started = time.monotonic()
    head = {**bearer("alice"), "Content-Type": "multipart/form-data; boundary=x", "Content-Length": str(40 << 20)}
    with requests.Session() as session:
        prepared = requests.Request("POST", keyed.url + "/ocr/image", headers=head, data=b"").prepare()
        prepared.headers["Content-Length"] = str(40 << 20)
        assert session.send(prepared, timeout=5).status_code == 503
    assert time.monotonic() - started < 2, "nobody waited for forty megabytes"


def test_refusals_are_counted(keyed):
    assert send(keyed, headers=bearer("alice")).status_code == 503
    (line,) = [line for line in keyed.get("/metrics").text.splitlines() if line.startswith("ocr_refused_total{")]
    assert 'reason="queue_full"' in line and float(line.split()[-1]) >= 1
