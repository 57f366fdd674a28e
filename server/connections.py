"""Connections that wait for jobs: the states that the event loop holds."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, NoReturn

from gunicorn.workers.gthread import TConn

from server.hooks import JobRecord, Render
from utils import environ_keys


@dataclass(slots=True, eq=False)
class WaitingRequest:
    """A request that continues when its jobs have ended or its time is over."""

    job_ids: set[str]
    #: On the clock of time.monotonic().
    deadline: float
    #: Builds the response, in a thread of the pool.
    respond: Callable[[], object]
    #: State of the request's first pass through the application, for the second.
    carried_state: dict[str, Any]
    conn: TConn = field(init=False)
    fd: int = -1


@dataclass(slots=True, eq=False)
class EventStream:
    """A client that receives the events of a job until the job ends. The first event was part of the response."""

    job_id: str
    render: Render
    #: Whether each event is sent as a chunk of HTTP/1.1.
    chunked: bool
    #: Stage and number of finished pages that the client knows.
    known: tuple[str, int]
    #: Digest of the API key that opened the stream, and with which it ends. Empty: no key of an account.
    key_digest: str = ""
    #: The job that does the work for this one, if another does.
    leader: str = ""
    event_count: int = 1
    conn: TConn = field(init=False)
    fd: int = -1
    #: Bytes that the client has not accepted yet.
    unsent: bytearray = field(default_factory=bytearray)
    #: When anything was last sent, on the clock of time.monotonic().
    sent_at: float = 0.0
    ended: bool = False


HeldConnection = WaitingRequest | EventStream


class Detach(BaseException):  # noqa: N818 - not an error
    """Takes the connection of a request out of the application. No `except Exception` catches it."""

    def __init__(self, held: HeldConnection) -> None:
        self.held = held


def wait_for_jobs(
    environ: dict[str, Any], state: dict[str, Any], job_ids: list[str], seconds: float, respond: Callable[[], object]
) -> NoReturn:
    """WAIT_FOR_JOBS of `utils/environ_keys.py`, with the first two arguments bound."""
    environ[environ_keys.DETACHED] = True
    raise Detach(WaitingRequest(set(job_ids), time.monotonic() + seconds, respond, state))


def stream_events(
    chunked: bool, first_event: bytes, record: JobRecord, render: Render, key_digest: str
) -> Iterator[bytes]:
    """STREAM_EVENTS of `utils/environ_keys.py`, with the first argument bound."""
    yield first_event
    raise Detach(EventStream(record.id, render, chunked, (record.stage, record.pages_done), key_digest))
