"""Accounts and API keys over HTTP, with real processes."""

import json
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
import requests

from services import keys
from stress.harness import REPOSITORY, ServiceProcesses, wait_until
from tests.support.drawing import picture

ADMIN = "the-token-of-the-administrator"


@pytest.fixture(scope="module")
def service(tmp_path_factory):
    with ServiceProcesses(
        tmp_path_factory.mktemp("accounts"),
        OCR_RUNTIME="null",
        REGISTRATION="open",
        REGISTRATION_LIMIT=1000,
        API_KEY_ENABLED="true",
        ADMIN_TOKEN=ADMIN,
        KEY_GRACE_SECONDS=3600,
    ) as running:
        yield running


class Client:
    """Requests with one API key."""

    def __init__(self, service, key):
        self.service, self.key = service, key

    def send(self, method, path, **arguments):
        headers = {"Authorization": f"Bearer {self.key}", **arguments.pop("headers", {})}
        return requests.request(method, self.service.url + path, headers=headers, timeout=30, **arguments)

    def get(self, path, **arguments):
        return self.send("GET", path, **arguments)

    def post(self, path, **arguments):
        return self.send("POST", path, **arguments)

    def scan(self, text, path="/ocr/image", **arguments):
        return self.post(path, files=scan(text), **arguments)

    def stats(self):
        response = self.get("/auth/stats")
        assert response.status_code == 200, response.text
        return response.json()


#: Every API key that this module has received.
SECRETS = []


def register(service, email, name="Ann"):
    response = requests.post(service.url + "/auth/register", json={"email": email, "name": name}, timeout=10)
    assert response.status_code == 201, response.text
    SECRETS.append(response.json()["api_key"])
    return response.json()


def admin(service, method, path, **arguments):
    response = Client(service, ADMIN).send(method, f"/admin/{path}", **arguments)
    assert response.status_code < 300, response.text
    return response.json() if response.content else None


def create(service, email, **options):
    """A client with an account that the administrator created."""
    new = admin(service, "POST", "accounts", json={"email": email, "name": "x", **options})
    SECRETS.append(new["api_key"])
    client = Client(service, new["api_key"])
    client.id = new["id"]
    return client


def command(service, *arguments):
    """The output of `flask accounts …`."""
    done = subprocess.run(
        [sys.executable, "-m", "flask", "--app", "app", "accounts", *arguments],
        cwd=REPOSITORY,
        env=service.environment,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture
def ann(service, request):
    new = register(service, f"{request.node.name[:60]}@example.org")
    client = Client(service, new["api_key"])
    client.id = new["id"]
    return client


def scan(text="hello"):
    return {"file": ("scan.png", picture(text))}


def test_register_use_count_and_revoke(service, ann):
    assert ann.get("/ocr/jobs").json()["jobs"] == []
    done = ann.post("/ocr/predict", files=scan())
    assert done.status_code == 200, done.text
    stats = ann.stats()
    assert (stats["pages"], stats["quota"]["pages_per_day"]["used"], stats["request_count"]) == (1, 1, 3)
    assert stats["quota"]["concurrent_jobs"]["used"] == 0
    assert [job["job_id"] for job in ann.get("/ocr/jobs").json()["jobs"]] == [done.json()["job_id"]]

    again = ann.post("/ocr/predict", files=scan()).json()
    assert again["cached"] and ann.stats()["pages"] == 1, "a result from the cache costs nothing"

    assert ann.post("/auth/revoke").json()["status"] == "revoked"
    for _ in range(10):  # either of two processes answers
        refused = ann.get("/ocr/jobs")
        assert (refused.status_code, refused.json()["code"]) == (401, "unauthorized")


def test_regenerate_keeps_the_jobs_and_for_a_while_the_old_key(service, ann):
    job = ann.post("/ocr/predict", files=scan()).json()["job_id"]
    replaced = ann.post("/auth/regenerate").json()
    new = Client(service, replaced["api_key"])
    assert replaced["grace_seconds"] == 3600 and new.key != ann.key
    assert new.get(f"/ocr/job/{job}").status_code == ann.get(f"/ocr/job/{job}").status_code == 200
    assert new.stats()["id"] == ann.stats()["id"]
    assert ann.stats()["key"]["replaced"] and ann.stats()["key"]["expires_at"]
    again = ann.post("/auth/regenerate")
    assert (again.status_code, again.json()["code"]) == (409, "key_replaced")


def test_another_account_does_not_see_the_job(service, ann):
    job = ann.post("/ocr/predict", files=scan()).json()["job_id"]
    bob = Client(service, register(service, "bob.other@example.org")["api_key"])
    for path in (f"/ocr/job/{job}", f"/ocr/job/{job}/result", f"/ocr/job/{job}/events"):
        assert bob.get(path).status_code == 404
    assert bob.send("DELETE", f"/ocr/job/{job}").status_code == 404
    assert bob.get("/ocr/jobs").json()["jobs"] == []


def test_an_address_has_one_account(service):
    register(service, "Unique@Example.org ")
    taken = requests.post(service.url + "/auth/register", json={"email": "unique@example.ORG", "name": "x"}, timeout=10)
    assert (taken.status_code, taken.json()["code"]) == (409, "email_taken")
    bad = requests.post(service.url + "/auth/register", json={"email": "no address", "name": "x"}, timeout=10)
    assert (bad.status_code, bad.json()["option"]) == (400, "email")


@pytest.mark.parametrize("key", ["", "wrong", "pocr_" + "4" * 49])
def test_without_a_valid_key_nothing_is_served(service, key):
    response = Client(service, key).get("/ocr/jobs")
    assert (response.status_code, response.json()["code"]) == (401, "unauthorized")


def test_of_100_requests_for_the_last_10_pages_10_succeed(service):
    client = create(service, "race@example.org", pages_per_day=10)
    with ThreadPoolExecutor(25) as pool:
        responses = [*pool.map(lambda number: client.scan(f"race {number}"), range(100))]
    statuses = [response.status_code for response in responses]
    assert (statuses.count(202), statuses.count(429)) == (10, 90)

    body = next(response for response in responses if response.status_code == 429).json()
    reset = datetime.fromisoformat(body["resets_at"])
    assert (body["code"], body["quota"], body["limit"], body["remaining"]) == ("quota_exceeded", "pages_per_day", 10, 0)
    assert reset.time().isoformat() == "00:00:00" and timedelta() < reset - datetime.now(UTC) <= timedelta(days=1)
    assert abs(body["retry_after"] - (reset - datetime.now(UTC)).total_seconds()) < 30

    wait_until(lambda: client.stats()["quota"]["concurrent_jobs"]["used"] == 0, 60)
    stats = client.stats()
    day = {"limit": 10, "used": 10, "reserved": 0, "remaining": 0, "resets_at": body["resets_at"]}
    assert (stats["pages"], stats["quota"]["pages_per_day"]) == (10, day)
    accepted = next(number for number, status in enumerate(statuses) if status == 202)
    cached = client.scan(f"race {accepted}", "/ocr/predict")
    assert cached.status_code == 200 and cached.json()["cached"], "a result from the cache needs no page"

    admin(service, "PATCH", f"accounts/{client.id}", json={"pages_per_day": 11})
    batch = {"files": ("a.png", scan("batch a")["file"][1])}, {"files": ("b.png", scan("batch b")["file"][1])}
    files = [(name, file) for each in batch for name, file in each.items()]
    items = client.post("/ocr/batch", files=files).json()["jobs"]
    assert [item.get("error", {}).get("code") for item in items] == [None, "quota_exceeded"]


def test_a_file_that_fails_or_is_cancelled_costs_nothing(service):
    client = create(service, "nothing@example.org", pages_per_month=1)
    for _ in range(3):
        assert client.post("/ocr/image", files={"file": ("x.png", b"no image")}).status_code == 422
    with service.suspended("worker"):
        job = client.scan("cancelled").json()["job_id"]
        refused = client.scan("another")
        assert (refused.status_code, refused.json()["quota"]) == (429, "pages_per_month")
        assert client.send("DELETE", f"/ocr/job/{job}").status_code == 200
        assert client.stats()["quota"]["pages_per_month"]["remaining"] == 1
    assert client.scan("another", "/ocr/predict").status_code == 200


def test_running_jobs_and_file_sizes_are_limited(service):
    client = create(service, "running@example.org", concurrent_jobs=1, max_file_bytes=100_000)
    with service.suspended("worker"):
        first = client.scan("first")
        refused = client.scan("second")
        assert (refused.status_code, refused.json()["quota"]) == (429, "concurrent_jobs")
        assert "resets_at" not in refused.json() and refused.headers["Retry-After"] == "5"
        assert client.scan("first").status_code == 202, "it follows the running job and needs no worker"
    service_result = client.get(first.json()["links"]["result"], params={"wait": 20})
    assert service_result.status_code == 200
    large = {"file": ("large.png", scan("large")["file"][1] + bytes(100_000))}
    assert client.post("/ocr/image", files=large).json()["code"] == "payload_too_large"
    announced = client.post("/ocr/uploads", json={"filename": "large.png", "file_size": 100_001})
    assert announced.status_code == 413


def test_requests_that_create_work_are_limited_for_each_account(service):
    """Also with RATE_LIMIT_ENABLED=false, because this account has a limit of its own."""
    client = create(service, "fast@example.org", requests_per_minute=3)
    responses = [client.post("/ocr/image", files={"file": ("x.png", b"x")}) for _ in range(4)]
    assert [response.status_code for response in responses] == [422, 422, 422, 429]
    assert [response.headers["X-RateLimit-Remaining"] for response in responses] == ["2", "1", "0", "0"]
    assert responses[3].headers["X-RateLimit-Limit"] == "3"
    body = responses[3].json()
    assert body["code"] == "rate_limited" and 50 < body["retry_after"] <= 60
    assert 0 <= int(responses[3].headers["X-RateLimit-Reset"]) - datetime.now(UTC).timestamp() <= 62
    waiting = client.get("/ocr/jobs")
    assert (waiting.status_code, waiting.headers["X-RateLimit-Remaining"]) == (200, "0")
    assert client.stats()["request_count"] == 6


def test_a_request_that_waits_counts_once_and_is_rejected_if_its_key_was_revoked_meanwhile(service):
    client = create(service, "waits@example.org", requests_per_minute=100)
    with service.suspended("worker"), ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(client.scan, "waiting", "/ocr/predict", data={"wait": 3})
        wait_until(lambda: client.stats()["quota"]["concurrent_jobs"]["used"] == 1, 10)
        admin(service, "POST", f"accounts/{client.id}/revoke")
        assert waiting.result(20).status_code == 401
    restored = admin(service, "POST", f"accounts/{client.id}/restore")
    assert restored["status"] == "active"
    before = client.stats()["request_count"]
    assert client.scan("again", "/ocr/predict").headers["X-RateLimit-Remaining"] == "98"
    assert client.stats()["request_count"] == before + 2


def test_an_announced_file_is_counted_when_it_arrives(service):
    client = create(service, "announced@example.org", pages_per_day=1)
    addresses = []
    for text in ("announced a", "announced b"):
        content = scan(text)["file"][1]
        body = {"filename": "x.png", "file_size": len(content)}
        addresses.append((client.post("/ocr/uploads", json=body).json(), content))
    sent = [requests.put(each["upload_url"], data=content, timeout=30) for each, content in addresses]
    assert [response.status_code for response in sent] == [202, 429]
    failed = client.get(f"/ocr/job/{addresses[1][0]['job_id']}").json()
    assert (failed["status"], failed["error"]["code"]) == ("failed", "quota_exceeded")


def test_further_keys_have_their_own_scopes_and_expiry(service, ann):
    soon = (datetime.now(UTC) + timedelta(seconds=2)).isoformat()
    new = ann.post("/auth/keys", json={"name": "reader", "scopes": ["read"], "expires_at": soon}).json()
    SECRETS.append(new["api_key"])
    reader = Client(service, new["api_key"])
    assert reader.stats()["key"]["scopes"] == ["read"]
    assert reader.scan("x").status_code == 403
    assert reader.post("/auth/keys", json={"scopes": ["read"]}).status_code == 403
    assert ann.post("/auth/keys", json={"scopes": ["admin"]}).status_code == 403
    wait_until(lambda: reader.get("/ocr/jobs").status_code == 401, 10)

    other = Client(service, ann.post("/auth/keys", json={}).json()["api_key"])
    SECRETS.append(other.key)
    listed = {key["id"]: key for key in ann.get("/auth/keys").json()["keys"]}
    assert len(listed) == 3
    assert ann.send("DELETE", f"/auth/keys/{other.stats()['key']['id']}").status_code == 204
    assert other.get("/ocr/jobs").status_code == 401 and ann.get("/ocr/jobs").status_code == 200


def test_wrong_keys_are_limited_for_each_address_and_valid_keys_are_not(service, ann):
    wrong = [Client(service, f"pocr_{number}").get("/ocr/jobs") for number in range(40)]
    assert {response.status_code for response in wrong} == {401, 429}
    assert wrong[-1].status_code == 429 and int(wrong[-1].headers["Retry-After"]) <= 60
    assert ann.get("/ocr/jobs").status_code == 200
    service.redis.client().delete(keys.FAILED_KEYS + "127.0.0.1")


def test_administrators_manage_accounts_on_the_command_line(service):
    new = json.loads(command(service, "create", "cli@example.org", "--name", "CLI", "--pages-per-day", "3"))
    SECRETS.append(new["api_key"])
    client, account = Client(service, new["api_key"]), new["id"]
    assert client.stats()["quota"]["pages_per_day"]["limit"] == 3
    assert account in command(service, "list") and account not in command(service, "list", "--status", "revoked")
    command(service, "change", account, "--pages-per-day", "default", "--concurrent-jobs", "2")
    assert json.loads(command(service, "show", account))["own_limits"] == {"concurrent_jobs": 2}
    command(service, "revoke", account)
    assert client.get("/ocr/jobs").status_code == 401
    command(service, "restore", account)
    assert client.get("/ocr/jobs").status_code == 200
    further = json.loads(command(service, "add-key", account, "--scope", "read"))
    SECRETS.append(further["api_key"])
    command(service, "revoke-key", account, further["key_id"])
    events = [json.loads(line)["event"] for line in command(service, "audit", "--account", account).splitlines()]
    assert events == ["key_revoked", "key_created", "restored", "key_refused", "revoked", "changed", "created"]


def test_one_command_deletes_everything_about_a_person(service, ann):
    redis = service.redis.client()
    notes_before = {*redis.scan_iter(keys.IDEMPOTENCY + "*", count=1000)}
    repeatable = {"headers": {"Idempotency-Key": "of-ann"}}
    done = ann.scan("private", "/ocr/predict", **repeatable).json()["job_id"]
    assert len({*redis.scan_iter(keys.IDEMPOTENCY + "*", count=1000)} - notes_before) == 1
    exported = json.loads(command(service, "export", ann.id))
    assert [job["job_id"] for job in exported["jobs"]] == [done] and exported["audit"][-1]["event"] == "registered"
    with service.suspended("worker"):
        running = ann.scan("running").json()["job_id"]
        announced = ann.post("/ocr/uploads", json={"filename": "x.png", "file_size": 5}).json()["job_id"]
        assert "3 jobs" in command(service, "delete", ann.id, "--yes")
    assert ann.get("/ocr/jobs").status_code == 401
    left = {key.decode() for key in redis.scan_iter(count=1000)}
    assert not [key for key in left if ann.id in key or any(job in key for job in (done, running, announced))]
    assert {*redis.scan_iter(keys.IDEMPOTENCY + "*", count=1000)} <= notes_before, "not only when they expire"
    streams = b"".join(
        value for name in (keys.AUDIT, keys.REFUSALS) for _, entry in redis.xrange(name) for value in entry.values()
    )
    assert ann.id.encode() not in streams
    uploads = [path.name for path in (service.folder / "data" / "uploads").rglob("*") if path.is_file()]
    assert not [name for name in uploads if running in name or announced in name]


def test_accounts_survive_a_restart_and_never_expire(service, ann):
    ann.scan("before", "/ocr/predict")
    before = ann.stats()
    service.stop_web()
    service.redis.kill()
    service.redis.start()
    service.start_web()
    service.wait_until_ready()
    after = ann.stats()
    assert after["pages"] == before["pages"] == 1 and after["request_count"] == before["request_count"] + 1
    redis = service.redis.client()
    for key in (keys.ACCOUNT + ann.id, keys.ACCOUNTS, keys.ACCOUNT_KEYS + ann.id, keys.USAGE + ann.id, keys.AUDIT):
        assert redis.ttl(key) == -1, key


def test_no_key_is_in_redis_logs_errors_or_metrics(service):
    """The append-only file of Redis has every write since the start. Runs last."""
    assert len(SECRETS) > 15
    wrong = SECRETS[0][:-1] + ("0" if SECRETS[0][-1] != "0" else "1")
    refused = Client(service, wrong).get("/ocr/jobs").text
    texts = {
        "metrics": service.get("/metrics").text,
        "error": refused,
        "audit": json.dumps(admin(service, "GET", "audit", params={"limit": 1000})),
        "accounts": json.dumps(admin(service, "GET", "accounts", params={"limit": 200})),
    }
    files = [path for path in service.folder.rglob("*") if path.is_file()]
    assert {"web.log", "worker.log"} <= {path.name for path in files} and any("aof" in path.name for path in files)
    for secret in [*SECRETS, wrong, ADMIN]:
        body = secret[5:48].encode()  # the random part
        assert not [name for name, text in texts.items() if body.decode() in text]
        assert not [path.name for path in files if body in path.read_bytes()]
