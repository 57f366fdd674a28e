"""A connection that is held, and what for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from services.jobs.record import JobRecord

#: How a record is told to a client.
Tell = Callable[[JobRecord], dict]


class Detach(BaseException):  # noqa: N818 - no error: it takes a request out of the application's hands
    """Raised through the application: what is to become of the request's connection. Whoever catches all errors does
    not catch this."""

    def __init__(self, held: WaitingRequest | Stream) -> None:
        self.held = held


@dataclass(slots=True, eq=False)
class WaitingRequest:
    """A request whose answer waits for the end of jobs."""

    jobs: set[str]
    #: On the clock of time.monotonic().
    deadline: float
    answer: Callable
    #: What the request's first pass through the application leaves to the second: its id, when it began.
    kept: dict
    conn: object = None
    request: object = None
    fd: int = -1


@dataclass(slots=True, eq=False)
class Stream:
    """A client that is told of a job until its end."""

    job_id: str
    tell: Tell
    #: Whether each event goes out as a chunk of HTTP/1.1.
    chunked: bool
    #: What the client knows: stage and number of pages done.
    told: tuple[str, int]
    #: The job that does the work for this one, where another does.
    leader: str = ""
    #: Its first event was part of the answer.
    events: int = 1
    conn: object = None
    fd: int = -1
    #: What the client has not taken yet.
    unsent: bytearray = field(default_factory=bytearray)
    #: When it was last sent anything, on the clock of time.monotonic().
    sent_at: float = 0.0
    ended: bool = False
