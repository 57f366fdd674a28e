"""Event notifications of S3: who may send them, and which objects they report."""

import json
from types import SimpleNamespace

import pytest

TOKEN = "a-token-for-s3-0123"


@pytest.fixture
def noticed():
    return []


@pytest.fixture
def make_client(make_app, noticed):
    def hand_objects_to_workers(names):
        noticed.extend(names)
        return len(names)

    services = SimpleNamespace(arrivals=SimpleNamespace(hand_objects_to_workers=hand_objects_to_workers))
    return lambda **settings: make_app(services, **settings).test_client()


def created(key):
    return {"eventName": "s3:ObjectCreated:Put", "s3": {"object": {"key": key}}}


def test_created_objects_are_reported_with_decoded_names(make_client, noticed):
    removed = {"eventName": "s3:ObjectRemoved:Delete", "s3": {"object": {"key": "other"}}}
    body = json.dumps({"Records": [created("announced%2Fa+b"), removed]})
    response = make_client(UPLOAD_EVENTS_TOKEN=TOKEN).post(
        "/ocr/uploads/events", data=body, headers={"Authorization": f"Bearer {TOKEN}"}
    )
    assert (response.status_code, response.json, noticed) == (200, {"noticed": 1}, ["announced/a b"])


@pytest.mark.parametrize(
    ("configured", "sent", "status"),
    [("", "", 403), ("", f"Bearer {TOKEN}", 403), (TOKEN, "", 401), (TOKEN, "Bearer wrong", 401), (TOKEN, TOKEN, 401)],
)
def test_events_need_the_configured_token(make_client, noticed, configured, sent, status):
    client = make_client(UPLOAD_EVENTS_TOKEN=configured)
    response = client.post("/ocr/uploads/events", json={"Records": [created("a")]}, headers={"Authorization": sent})
    assert (response.status_code, noticed) == (status, [])
