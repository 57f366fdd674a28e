"""An event stream ends with the API key with which it was opened, whatever ends the key."""

import time
from datetime import UTC, datetime, timedelta

import pytest
import requests

from services.keys import EVENTS
from stress.harness import ServiceProcesses, wait_until
from tests.support.drawing import picture
from tests.support.streams import events, held_connections

ADMIN = {"Authorization": "Bearer the-token-of-the-administrator"}


@pytest.fixture(scope="module")
def service(tmp_path_factory):
    """Without a worker: no job ends."""
    with ServiceProcesses(
        tmp_path_factory.mktemp("streams"), parts=("redis", "web"), ADMIN_TOKEN=ADMIN["Authorization"].split()[1]
    ) as running:
        yield running


def admin(service, method, path, **arguments):
    response = requests.request(method, f"{service.url}/admin/{path}", headers=ADMIN, timeout=10, **arguments)
    assert response.status_code < 300, response.text
    return response.json() if response.content else None


class Stream:
    """The open event stream of a new job."""

    def __init__(self, service, account, key):
        self.service, self.account = service, account
        self.key_id, headers = key["key_id"], {"Authorization": f"Bearer {key['api_key']}"}
        before = held_connections(service.web.pid)
        file = {"file": ("a.png", picture(account))}
        job = requests.post(f"{service.url}/ocr/image", files=file, headers=headers, timeout=10).json()["job_id"]
        self.path = f"{service.url}/ocr/job/{job}/events"
        self.headers = headers
        self.response = requests.get(self.path, headers=headers, stream=True, timeout=20)
        assert self.response.status_code == 200
        self.events = events(self.response)
        assert next(self.events).name == "status"
        wait_until(lambda: held_connections(service.web.pid) == before + 1, 10, "the stream")

    def seconds_to_end(self):
        started = time.monotonic()
        assert list(self.events) == []
        assert requests.get(self.path, headers=self.headers, timeout=10).status_code == 401
        return time.monotonic() - started


@pytest.fixture
def open_stream(service):
    streams = []

    def open_stream(account, **options):
        new = admin(service, "POST", "accounts", json={"email": f"{account}@example.org", "name": "x", **options})
        streams.append(Stream(service, new["id"], new))
        return streams[-1]

    yield open_stream
    for stream in streams:
        stream.response.close()


def revoke_key(service, stream):
    admin(service, "DELETE", f"accounts/{stream.account}/keys/{stream.key_id}")


def revoke_account(service, stream):
    admin(service, "POST", f"accounts/{stream.account}/revoke")


def delete_account(service, stream):
    admin(service, "DELETE", f"accounts/{stream.account}")


@pytest.mark.parametrize("end", [revoke_key, revoke_account, delete_account])
def test_a_stream_ends_when_its_key_is_revoked_and_others_go_on(service, open_stream, end):
    ended, other = open_stream(f"ends-{end.__name__}"), open_stream(f"stays-{end.__name__}")
    end(service, ended)
    ended.seconds_to_end()
    job = other.path.split("/")[-2]
    service.redis.client().publish(EVENTS, f'{{"job": "{job}", "event": "page", "page": 1}}')
    assert next(other.events).name == "page"


def test_a_stream_ends_when_its_key_expires(open_stream):
    expires = datetime.now(UTC) + timedelta(seconds=4)
    open_stream("expires", expires_at=expires.isoformat()).seconds_to_end()


def test_a_revocation_of_which_the_message_was_lost_ends_the_stream(service, open_stream):
    stream = open_stream("lost")
    digest = service.redis.client().smembers(f"ocr:account-keys:{stream.account}").pop().decode()
    service.redis.client().hset(f"ocr:access-key:{digest}", "revoked_at", time.time())
    stream.seconds_to_end()


@pytest.mark.parametrize("end", [revoke_key, revoke_account])
def test_web_processes_learn_of_a_revocation_at_once(service, open_stream, end):
    stream = open_stream(f"published-{end.__name__}")
    with service.redis.client().pubsub(ignore_subscribe_messages=True) as channel:
        channel.subscribe(EVENTS)
        channel.get_message(timeout=5)
        end(service, stream)
        assert b"keys_revoked" in channel.get_message(timeout=5)["data"]
