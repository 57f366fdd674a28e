"""Errors of requests to Azure's paths, also of those that end before a view: its clients raise their own errors."""

from types import SimpleNamespace

import pytest

from services.errors import QueueFull, RedisUnavailable, Unauthorized
from utils import environ_keys

KEY = "a-long-secret-key"
READ = "/documentintelligence/documentModels/prebuilt-read:analyze"
OLD = "/vision/v3.2/read/analyze"
PATHS = (READ, "/documentintelligence/documentModels/prebuilt-layout:analyze", OLD)


@pytest.fixture
def client(make_app, accepting_jobs):
    def verify(*_):
        raise Unauthorized()

    services = SimpleNamespace(jobs=accepting_jobs, authenticator=SimpleNamespace(verify=verify))
    services.accounts = SimpleNamespace(audit=None)
    return make_app(services, API_KEYS=f"shop:{KEY}").test_client()


def post(client, path, key=KEY, query="", **more):
    return client.post(path + query, data=b"%PDF", headers={"Ocp-Apim-Subscription-Key": key}, **more)


def inner(response):
    assert response.content_type == "application/json" and response.headers["apim-request-id"]
    error = response.json["error"]
    assert error["code"] and error["message"] == error["innererror"]["message"]
    return error["innererror"]["code"]


@pytest.mark.parametrize("path", [*PATHS, "/documentintelligence/unknown", "/vision"])
@pytest.mark.parametrize("key", ["", "wrong"])
def test_a_missing_or_wrong_key(client, path, key):
    response = post(client, path, key)
    assert (response.status_code, inner(response)) == (401, "unauthorized")


@pytest.mark.parametrize("headers", [{"Authorization": f"Bearer {KEY}"}, {"X-API-Key": KEY}])
def test_the_usual_headers_work_too(client, headers):
    assert client.get("/documentintelligence/info", headers=headers).status_code == 200


@pytest.mark.parametrize("path", ["/documentintelligence/unknown", "/documentintelligence", "/vision/v9/read"])
def test_unknown_paths(client, path):
    response = client.get(path, headers={"Ocp-Apim-Subscription-Key": KEY})
    assert (response.status_code, inner(response)) == (404, "not_found")


def test_an_unknown_model(client):
    response = post(client, "/documentintelligence/documentModels/prebuilt-invoice:analyze")
    assert (response.status_code, inner(response)) == (404, "not_found")
    assert "prebuilt-read" in response.json["error"]["message"]


@pytest.mark.parametrize(
    ("path", "query", "named"),
    [
        (READ, "?colour=red", "colour"),
        (READ, "?features=colours", "colours"),
        (READ, "?features=keyValuePairs", "keyValuePairs"),
        (READ, "?queryFields=Total", "queryFields"),
        (READ, "?output=figures", "output"),
        (READ, "?stringIndexType=bytes", "stringIndexType"),
        (READ, "?outputContentFormat=html", "outputContentFormat"),
        (READ, "?api-version=latest", "api-version"),
        (OLD, "?colour=red", "colour"),
        (OLD, "?readingOrder=random", "readingOrder"),
        (OLD, "?model-version=newest", "model-version"),
    ],
)
def test_an_unknown_option(client, path, query, named):
    response = post(client, path, query=query)
    assert (response.status_code, inner(response)) == (400, "invalid_option")
    assert named in response.json["error"]["message"]


@pytest.mark.parametrize("body", [{}, {"urlSource": 7}, {"base64Source": 7}])
def test_a_body_without_a_file(make_app, accepting_jobs, body):
    uploads = SimpleNamespace(max_json_bytes=10_000, read_json=lambda stream, received: body)
    client = make_app(SimpleNamespace(jobs=accepting_jobs, uploads=uploads)).test_client()
    response = client.post(READ, json=body)
    assert response.status_code == 400 and inner(response) in ("missing_file", "invalid_option")


@pytest.mark.parametrize("path", PATHS)
def test_a_full_queue_rejects_before_the_body_is_read(make_app, path):
    def refuse(slot):
        raise QueueFull(6.2)

    client = make_app(SimpleNamespace(jobs=SimpleNamespace(ensure_accepting=refuse))).test_client()
    response = post(client, path, environ_overrides={environ_keys.SLOT: "full"})
    assert (response.status_code, response.headers["Retry-After"], inner(response)) == (503, "7", "queue_full")


def test_too_many_requests(make_app, accepting_jobs):
    client = make_app(SimpleNamespace(jobs=accepting_jobs), RATE_LIMIT_REQUESTS="1").test_client()
    first, second = (post(client, READ, query="?colour=red") for _ in range(2))
    assert first.status_code == 400
    assert (second.status_code, inner(second)) == (429, "rate_limited")
    assert int(second.headers["Retry-After"]) > 0


def test_polling_is_not_counted(make_app):
    def unavailable(job_id, owner):
        raise RedisUnavailable()

    client = make_app(SimpleNamespace(jobs=SimpleNamespace(get=unavailable)), RATE_LIMIT_REQUESTS="1").test_client()
    path = "/documentintelligence/documentModels/prebuilt-read/analyzeResults/x"
    assert {client.get(path).status_code for _ in range(5)} == {503}


def test_the_older_interface_has_the_code_and_the_message_outside_too(client):
    response = post(client, OLD, "wrong")
    assert response.json["code"] == "401" and response.json["message"] == response.json["error"]["message"]
    assert response.json["requestId"] == response.headers["X-Request-ID"]
