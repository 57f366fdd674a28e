"""Accounts and API keys over HTTP, with real processes."""

import pytest
import requests

from stress.harness import ServiceProcesses
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

    def stats(self):
        response = self.get("/auth/stats")
        assert response.status_code == 200, response.text
        return response.json()


def register(service, email, name="Ann"):
    response = requests.post(service.url + "/auth/register", json={"email": email, "name": name}, timeout=10)
    assert response.status_code == 201, response.text
    return response.json()


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
