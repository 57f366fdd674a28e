"""What the web server needs from the application that it serves. `bootstrap.py` provides it."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol


class Slot(Protocol):
    """What is known about room in the job queue when a request arrives."""

    @property
    def full(self) -> bool:
        """The request will be rejected."""


class JobSnapshot(Protocol):
    """The fields of a job that show whether it has changed."""

    @property
    def stage(self) -> str: ...

    @property
    def pages_done(self) -> int: ...

    @property
    def leader(self) -> str:
        """The job that does the work for this one; empty if it does its own."""

    @property
    def ended(self) -> bool: ...


class JobRecord(JobSnapshot, Protocol):
    """A whole job, as rendered for clients."""

    @property
    def id(self) -> str: ...

    @property
    def status(self) -> str: ...


#: Renders a record for the client.
Render = Callable[[JobRecord], dict[str, Any]]


class JobListener(Protocol):
    """Receives news about jobs, in threads of the watcher."""

    def on_event(self, message: dict[str, Any]) -> None:
        """A published message: `job`, `event` and the fields of this event."""

    def on_snapshots(self, snapshots: Mapping[str, JobSnapshot | None]) -> None:
        """Requested snapshots by job id; None for a job that does not exist."""

    def on_record(self, job_id: str, record: JobRecord | None) -> None:
        """A requested record; None for a job that does not exist."""

    def on_ended_keys(self, digests: Iterable[str]) -> None:
        """API keys, of those that were to be checked, that are no longer valid."""

    def on_gap(self) -> None:
        """Messages may have been lost before this call."""


class JobWatcher(Protocol):
    def start(self) -> None: ...

    def stop(self) -> None: ...

    def request_snapshots(self, job_ids: Iterable[str]) -> None:
        """Request a call of `on_snapshots`."""

    def request_record(self, job_id: str) -> None:
        """Request a call of `on_record`."""

    def request_key_check(self, digests: Iterable[str]) -> None:
        """Request a call of `on_ended_keys`."""


@dataclass(frozen=True, slots=True)
class ServerHooks:
    """The application as the web server knows it, found in `app.extensions[EXTENSION]`."""

    #: Paths that answer from memory. Their requests have threads of their own.
    fast_paths: frozenset[str]
    #: Paths whose requests create work: each gets a slot before it is read.
    creating_paths: frozenset[str]
    #: Number of requests with a slot that are not submitted yet -> a slot for one more. Must not block.
    slot: Callable[[int], Slot]
    #: Creates the watcher that reports to the connection loop.
    watch_jobs: Callable[[JobListener], JobWatcher]
    #: (status, title, message, request id) -> headers and body for a request that never reaches the application.
    #: `message` is empty if the client is not at fault.
    error_response: Callable[[int, str, str, str], tuple[dict[str, str], bytes]]
    #: Called when a process of the web server starts, and when it is asked to stop.
    on_start: Callable[[], None]
    on_stop: Callable[[], None]


EXTENSION = "server_hooks"
