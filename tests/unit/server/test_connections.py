"""How a request leaves the application to wait for a job."""

import time
from types import SimpleNamespace

import pytest

from server.connections import Detach, EventStream, WaitingRequest, stream_events, wait_for_jobs
from utils import environ_keys


def test_a_request_that_waits_is_detached_with_its_state():
    environ, state = {}, {"request_id": "r"}
    started = time.monotonic()
    with pytest.raises(Detach) as detach:
        wait_for_jobs(environ, state, ["a", "b"], 10, respond=dict)
    held = detach.value.held
    assert isinstance(held, WaitingRequest)
    assert environ[environ_keys.DETACHED]
    assert (held.job_ids, held.respond, held.carried_state) == ({"a", "b"}, dict, state)
    assert 10 <= held.deadline - started < 11


def test_a_stream_is_detached_after_its_first_event():
    record = SimpleNamespace(id="a", stage="started", pages_done=2)
    body = stream_events(True, b"first", record, render=dict, key_digest="1f")
    assert next(body) == b"first"
    with pytest.raises(Detach) as detach:
        next(body)
    held = detach.value.held
    assert isinstance(held, EventStream)
    assert (held.job_id, held.known, held.chunked, held.event_count) == ("a", ("started", 2), True, 1)
    assert held.key_digest == "1f"


def test_error_handlers_do_not_catch_a_detached_request():
    assert not issubclass(Detach, Exception)
