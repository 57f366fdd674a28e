"""What news about a job means for the connections that wait for it."""

import json
from types import SimpleNamespace

import pytest

from server.connections import EventStream, WaitingRequest
from server.job_updates import JobUpdates


class RecordedActions:
    """What the event loop was asked to do."""

    def __init__(self):
        self.resumed, self.sent, self.finished, self.read, self.key_checks = [], [], [], [], 0

    def resume(self, request):
        self.resumed.append(request)

    def send(self, stream, data):
        fields = dict(line.split(": ", 1) for line in data.decode().splitlines() if ": " in line)
        self.sent.append((stream, int(fields["id"]), fields["event"], json.loads(fields["data"])))

    def finish(self, stream):
        self.finished.append(stream)

    def read_record(self, job_id):
        self.read.append(job_id)

    def check_keys(self):
        self.key_checks += 1


@pytest.fixture
def actions():
    return RecordedActions()


@pytest.fixture
def updates(actions):
    return JobUpdates(actions)


def request(*job_ids):
    return WaitingRequest(set(job_ids), deadline=0.0, respond=dict, carried_state={})


def stream(job_id="a", stage="queued", pages_done=0, key=""):
    known = (stage, pages_done)
    return EventStream(job_id, lambda record: {"stage": record.stage}, chunked=True, known=known, key_digest=key)


def snapshot(stage="queued", pages_done=0, leader="", ended=False):
    return SimpleNamespace(stage=stage, pages_done=pages_done, leader=leader, ended=ended)


def record(stage, pages_done=0, ended=False):
    return SimpleNamespace(id="a", status=stage, stage=stage, pages_done=pages_done, ended=ended)


@pytest.mark.parametrize("event", ["completed", "failed", "cancelled"])
def test_a_request_is_resumed_when_its_job_ends(updates, actions, event):
    waiting, other = request("a"), request("b")
    updates.add(waiting)
    updates.add(other)
    updates.handle_message({"job": "a", "event": event})
    assert actions.resumed == [waiting]


@pytest.mark.parametrize("event", ["queued", "started", "retrying", "page", "unheard-of"])
def test_other_messages_resume_nothing(updates, actions, event):
    updates.add(request("a"))
    updates.handle_message({"job": "a", "event": event})
    assert actions.resumed == []


def test_a_request_waits_for_all_its_jobs(updates, actions):
    waiting = request("a", "b")
    updates.add(waiting)
    updates.handle_message({"job": "a", "event": "completed"})
    assert actions.resumed == []
    updates.handle_message({"job": "a", "event": "completed"})
    assert actions.resumed == []
    assert updates.job_ids == ["b"]
    updates.handle_message({"job": "b", "event": "failed"})
    assert actions.resumed == [waiting]


@pytest.mark.parametrize("found", [None, snapshot("completed", ended=True)])
def test_a_snapshot_resumes_the_requests_of_a_job_that_ended_or_is_deleted(updates, actions, found):
    waiting = request("a")
    updates.add(waiting)
    updates.handle_snapshots({"a": snapshot("started")})
    assert actions.resumed == []
    updates.handle_snapshots({"a": found})
    assert actions.resumed == [waiting]


def test_a_page_is_sent_as_it_was_published(updates, actions):
    follower = stream()
    updates.add(follower)
    page = {"page": 1, "pages_done": 1, "pages_total": 3, "success": True}
    updates.handle_message({"job": "a", "event": "page", **page})
    assert actions.sent == [(follower, 2, "page", page)]
    updates.handle_snapshots({"a": snapshot("queued", pages_done=1)})
    assert actions.read == [], "the client knows this already"


def test_a_change_is_read_before_it_is_sent(updates, actions):
    updates.add(stream())
    updates.handle_message({"job": "a", "event": "started"})
    assert (actions.read, actions.sent) == (["a"], [])


def test_a_change_that_nobody_streams_is_not_read(updates, actions):
    updates.add(request("a"))
    updates.handle_message({"job": "a", "event": "started"})
    assert actions.read == []


@pytest.mark.parametrize(
    ("found", "news"),
    [
        (snapshot("queued", 0), False),
        (snapshot("started", 0), True),
        (snapshot("queued", 1), True),
        (snapshot("queued", 0, ended=True), True),
        (None, True),
    ],
)
def test_a_snapshot_with_news_causes_a_read(updates, actions, found, news):
    updates.add(stream())
    updates.handle_snapshots({"a": found})
    assert actions.read == (["a"] if news else [])


@pytest.mark.parametrize(
    ("found", "event"),
    [
        (record("started"), "started"),
        (record("retrying"), "retrying"),
        (record("queued", pages_done=2), "status"),
    ],
)
def test_a_record_is_sent_under_the_name_of_its_new_stage(updates, actions, found, event):
    follower = stream()
    updates.add(follower)
    updates.handle_record("a", found)
    assert actions.sent == [(follower, 2, event, {"stage": found.stage})]
    assert actions.finished == []
    updates.handle_record("a", found)
    assert len(actions.sent) == 1, "nothing is sent twice"


def test_the_record_of_an_ended_job_is_the_last_event(updates, actions):
    follower = stream()
    updates.add(follower)
    updates.handle_record("a", record("completed", ended=True))
    assert [(name, number) for _, number, name, _ in actions.sent] == [("completed", 2)]
    assert actions.finished == [follower]


def test_the_stream_of_a_deleted_job_ends_without_an_event(updates, actions):
    follower = stream()
    updates.add(follower)
    updates.handle_record("a", None)
    assert (actions.sent, actions.finished) == ([], [follower])


def test_a_stream_receives_the_pages_of_the_leader(updates, actions):
    follower = stream("a")
    updates.add(follower)
    updates.handle_snapshots({"a": snapshot(leader="b")})
    updates.handle_message({"job": "b", "event": "page", "page": 1, "pages_done": 1})
    updates.handle_message({"job": "a", "event": "page", "page": 1, "pages_done": 1})
    assert [(each, name) for each, _, name, _ in actions.sent] == [(follower, "page")]


def test_a_removed_connection_gets_nothing(updates, actions):
    held = [request("a"), stream("a")]
    for each in held:
        updates.add(each)
    for each in held:
        updates.remove(each)
    assert updates.job_ids == []
    updates.handle_message({"job": "a", "event": "page", "page": 1})
    updates.handle_message({"job": "a", "event": "completed"})
    assert (actions.resumed, actions.sent, actions.read) == ([], [], [])


def test_keys_are_checked_when_some_were_revoked(updates, actions):
    updates.add(stream(key="1f"))
    updates.handle_message({"job": "", "event": "keys_revoked"})
    assert actions.key_checks == 1
    assert actions.finished == []


def test_the_streams_of_an_ended_key_end(updates, actions):
    ended, other, without = stream("a", key="1f"), stream("a", key="2e"), stream("a")
    for each in (ended, other, without):
        updates.add(each)
    assert sorted(updates.key_digests) == ["1f", "2e"]
    updates.handle_ended_keys(["1f", "unknown"])
    assert actions.finished == [ended]
    updates.remove(ended)
    assert updates.key_digests == ["2e"]
