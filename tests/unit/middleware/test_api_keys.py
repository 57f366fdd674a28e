"""API keys: who needs one, and which owner it stands for."""

from types import SimpleNamespace

import pytest
from prometheus_client import CollectorRegistry

from services.errors import JobNotFound, Unauthorized

NO_KEYS = {"API_KEYS": "", "RATE_LIMIT_ENABLED": "false"}
KEYS = {**NO_KEYS, "API_KEYS": "shop:the-key-of-the-shop,bank:the-key-of-the-bank"}


class FakeJobs:
    """Has no job. `owners` are those for whom one was requested."""

    def __init__(self):
        self.owners = []

    def get(self, job_id, owner):
        self.owners.append(owner)
        raise JobNotFound()

    def ensure_accepting(self, slot):
        pass

    def check_options(self, options):
        pass


class NoAccounts:
    """Knows no key."""

    def verify(self, credential, address, counts_as, may_reuse):
        raise Unauthorized()


@pytest.fixture
def jobs():
    return FakeJobs()


@pytest.fixture(scope="module")
def services():
    return SimpleNamespace(authenticator=NoAccounts())


@pytest.fixture(scope="module")
def app(make_shared_app, services):
    return make_shared_app(services, **KEYS)


@pytest.fixture
def client(app, services, jobs):
    services.jobs = jobs
    return app.test_client()


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/ocr/job/x"),
        ("GET", "/ocr/job/x/result"),
        ("GET", "/ocr/job/x/events"),
        ("GET", "/ocr/jobs"),
        ("DELETE", "/ocr/job/x"),
        ("POST", "/ocr/image"),
        ("POST", "/ocr/batch"),
        ("POST", "/ocr/uploads"),
        ("GET", "/ocr/nowhere"),
    ],
)
def test_a_request_without_a_key_is_rejected(client, jobs, method, path):
    response = client.open(path, method=method, headers={"X-Request-ID": "an-id"})
    assert (response.status_code, response.json["code"]) == (401, "unauthorized")
    assert response.content_type == "application/problem+json"
    assert response.headers["WWW-Authenticate"] == "Bearer"
    assert response.headers["X-Request-ID"] == response.json["request_id"] == "an-id"
    assert response.headers["Cache-Control"] == "no-store"
    assert jobs.owners == []


@pytest.mark.parametrize(
    "headers",
    [
        {"Authorization": "Bearer another-key"},
        {"Authorization": "Basic the-key-of-the-shop"},
        {"Authorization": "Bearer"},
        {"X-API-Key": "the-key-of-the-sho"},
    ],
)
def test_a_wrong_key_is_rejected(client, jobs, headers):
    assert client.get("/ocr/job/x", headers=headers).status_code == 401
    assert jobs.owners == []


@pytest.mark.parametrize(
    ("headers", "owner"),
    [
        ({"Authorization": "Bearer the-key-of-the-shop"}, "shop"),
        ({"Authorization": "bearer the-key-of-the-bank"}, "bank"),
        ({"X-API-Key": "the-key-of-the-bank"}, "bank"),
    ],
)
def test_the_owner_is_the_name_of_the_key(client, jobs, headers, owner):
    assert client.get("/ocr/job/x", headers=headers).json["code"] == "job_not_found"
    assert jobs.owners == [owner]


def test_without_keys_the_owner_is_the_client_s_address(make_app, jobs):
    client = make_app(SimpleNamespace(jobs=jobs), **NO_KEYS).test_client()
    assert client.get("/ocr/job/x", environ_base={"REMOTE_ADDR": "10.0.0.7"}).status_code == 404
    assert jobs.owners == ["@10.0.0.7"]


def test_a_status_with_a_key_differs_from_one_without_keys_only_in_its_owner(make_app, client, jobs):
    headers = {"X-Request-ID": "an-id"}
    usual = make_app(SimpleNamespace(jobs=jobs), **NO_KEYS).test_client().get("/ocr/job/x", headers=headers)
    with_key = client.get("/ocr/job/x", headers={"X-API-Key": "the-key-of-the-shop", **headers})
    assert with_key.json == usual.json
    assert dict(with_key.headers) == dict(usual.headers)


def test_probes_and_documentation_need_no_key(client):
    for path in ("/health/alive", "/openapi.json", "/docs"):
        assert client.get(path).status_code == 200, path


def test_a_401_is_logged_and_counted_like_every_response(make_app, capfd):
    services = SimpleNamespace(metrics=CollectorRegistry())
    client = make_app(services, LOG_FORMAT="json", **KEYS).test_client()
    client.get("/ocr/job/x", headers={"X-Request-ID": "counted"})
    log = capfd.readouterr().err
    assert '"status": 401' in log and '"request_id": "counted"' in log
    found = client.get("/metrics").text
    assert 'ocr_http_requests_total{method="GET",route="/ocr/job/{job_id}",status="401"} 1.0' in found


def test_a_plain_list_of_keys_works(make_app, jobs):
    services = SimpleNamespace(jobs=jobs, authenticator=NoAccounts())
    client = make_app(services, **{**KEYS, "API_KEYS": "the-first-of-two-keys,the-second-of-two-keys"}).test_client()
    for key in ("the-first-of-two-keys", "the-second-of-two-keys"):
        assert client.get("/ocr/job/x", headers={"X-API-Key": key}).status_code == 404
    assert len(set(jobs.owners)) == 2
    assert client.get("/ocr/job/x", headers={"X-API-Key": "the-third-of-two-keys"}).status_code == 401


def test_a_key_that_is_none_of_ours_is_ignored_where_none_is_needed(make_app, jobs):
    """Programs that insist on a key send a made-up one. A wrong key of an account is an error, though."""
    services = SimpleNamespace(jobs=jobs, authenticator=NoAccounts())
    client = make_app(services, **NO_KEYS).test_client()
    assert client.get("/ocr/job/x", headers={"X-API-Key": "none"}).status_code == 404
    assert jobs.owners == ["@127.0.0.1"]
    assert client.get("/ocr/job/x", headers={"X-API-Key": "pocr_" + "0" * 49}).status_code == 401


def test_keys_are_required_without_api_keys_if_the_setting_says_so(make_app, jobs):
    services = SimpleNamespace(jobs=jobs, authenticator=NoAccounts())
    client = make_app(services, **NO_KEYS, API_KEY_ENABLED="true").test_client()
    assert client.get("/ocr/job/x").status_code == client.get("/ocr/job/x", headers={"X-API-Key": "none"}).status_code
    assert client.get("/ocr/job/x").status_code == 401 and jobs.owners == []
