"""What news about a job means for the connections that wait for it."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Protocol

from server.connections import EventStream, HeldConnection, WaitingRequest
from server.hooks import JobRecord, JobSnapshot
from utils.server_sent_events import event

#: Messages about the end of a job.
ENDS = frozenset({"completed", "failed", "cancelled"})
#: Messages after which the record must be read. A message about a page contains everything about it.
CHANGES = frozenset({"queued", "started", "retrying"})
#: The message that API keys or their accounts were revoked. It belongs to no job.
KEYS_REVOKED = "keys_revoked"


class Actions(Protocol):
    """What the event loop does for its connections."""

    def resume(self, request: WaitingRequest) -> None: ...

    def send(self, stream: EventStream, data: bytes) -> None: ...

    def finish(self, stream: EventStream) -> None: ...

    def read_record(self, job_id: str) -> None: ...

    def check_keys(self) -> None: ...


class JobUpdates:
    """The connections by job. Only the thread of the event loop may use it."""

    def __init__(self, actions: Actions) -> None:
        self._actions = actions
        #: Connections that wait for the end of a job.
        self._waiting: defaultdict[str, set[HeldConnection]] = defaultdict(set)
        #: Streams that receive the pages of a job: their own, or the one that does the work for it.
        self._page_readers: defaultdict[str, set[EventStream]] = defaultdict(set)
        #: Streams that end with an API key.
        self._by_key: defaultdict[str, set[EventStream]] = defaultdict(set)

    @property
    def job_ids(self) -> list[str]:
        return list(self._waiting)

    @property
    def key_digests(self) -> list[str]:
        return list(self._by_key)

    def add(self, held: HeldConnection) -> None:
        for job_id in job_ids_of(held):
            self._waiting[job_id].add(held)
        if isinstance(held, EventStream):
            self._page_readers[held.leader or held.job_id].add(held)
            if held.key_digest:
                self._by_key[held.key_digest].add(held)

    def remove(self, held: HeldConnection) -> None:
        for job_id in job_ids_of(held):
            _discard(self._waiting, job_id, held)
        if isinstance(held, EventStream):
            _discard(self._page_readers, held.leader or held.job_id, held)
            _discard(self._by_key, held.key_digest, held)

    def handle_message(self, message: dict[str, Any]) -> None:
        job_id, name = message["job"], message["event"]
        if name == KEYS_REVOKED:
            self._actions.check_keys()
        elif name == "page":
            data = {key: value for key, value in message.items() if key not in ("job", "event")}
            for stream in list(self._page_readers.get(job_id, ())):
                stream.known = (stream.known[0], data.get("pages_done", stream.known[1]))
                self._send_event(stream, "page", data)
        elif name in ENDS or name in CHANGES:
            if name in ENDS:
                self._resume_requests(job_id)
            if any(self._streams(job_id)):
                self._actions.read_record(job_id)

    def handle_snapshots(self, snapshots: Mapping[str, JobSnapshot | None]) -> None:
        for job_id, snapshot in snapshots.items():
            if snapshot is None or snapshot.ended:
                self._resume_requests(job_id)
            elif snapshot.leader:
                self._follow(job_id, snapshot.leader)
            if any(_is_news(snapshot, stream) for stream in self._streams(job_id)):
                self._actions.read_record(job_id)

    def handle_record(self, job_id: str, record: JobRecord | None) -> None:
        for stream in list(self._streams(job_id)):
            if record is not None:
                self._send_record(stream, record)
            if record is None or record.ended:
                self._actions.finish(stream)

    def handle_ended_keys(self, digests: Iterable[str]) -> None:
        for digest in digests:
            for stream in list(self._by_key.get(digest, ())):
                self._actions.finish(stream)

    def _send_record(self, stream: EventStream, record: JobRecord) -> None:
        known, stream.known = stream.known, (record.stage, record.pages_done)
        if record.ended:
            self._send_event(stream, record.status, stream.render(record))
        elif stream.known != known:
            # A new stage has an event of its own. Otherwise the message about a page was lost.
            name = record.stage if record.stage != known[0] and record.stage in CHANGES else "status"
            self._send_event(stream, name, stream.render(record))

    def _send_event(self, stream: EventStream, name: str, data: dict[str, Any]) -> None:
        stream.event_count += 1
        self._actions.send(stream, event(name, stream.event_count, data))

    def _resume_requests(self, job_id: str) -> None:
        """Resume the requests for which this was the last job to wait for."""
        for held in list(self._waiting.get(job_id, ())):
            if not isinstance(held, WaitingRequest):
                continue
            if held.job_ids == {job_id}:
                self._actions.resume(held)
            else:
                held.job_ids.discard(job_id)
                _discard(self._waiting, job_id, held)

    def _follow(self, job_id: str, leader: str) -> None:
        """The pages of a job are published under the id of the job that does its work."""
        for stream in list(self._streams(job_id)):
            if stream.leader != leader:
                _discard(self._page_readers, stream.leader or job_id, stream)
                stream.leader = leader
                self._page_readers[leader].add(stream)

    def _streams(self, job_id: str) -> Iterator[EventStream]:
        return (held for held in self._waiting.get(job_id, ()) if isinstance(held, EventStream))


def job_ids_of(held: HeldConnection) -> Iterable[str]:
    return held.job_ids if isinstance(held, WaitingRequest) else (held.job_id,)


def _is_news(snapshot: JobSnapshot | None, stream: EventStream) -> bool:
    if snapshot is None or snapshot.ended or snapshot.stage != stream.known[0]:
        return True
    return snapshot.pages_done > stream.known[1]


def _discard(table: defaultdict[str, Any], job_id: str, held: HeldConnection) -> None:
    table[job_id].discard(held)
    if not table[job_id]:
        del table[job_id]
