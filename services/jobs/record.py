"""The job record: statuses, stages, fields, and how the fields are stored in a Redis hash."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields, replace
from functools import lru_cache
from typing import Any, Final, Literal, get_args, get_type_hints

from services.jobs.units import QUICK
from services.keys import SHARED
from services.ocr_service.options import DocumentOptions
from services.ocr_service.page_ranges import parse_pages

Status = Literal["awaiting_upload", "processing", "completed", "failed", "cancelled"]
AWAITING_UPLOAD: Final = "awaiting_upload"
PROCESSING: Final = "processing"
COMPLETED: Final = "completed"
FAILED: Final = "failed"
CANCELLED: Final = "cancelled"
STATUSES: tuple[Status, ...] = get_args(Status)
ENDED: frozenset[Status] = frozenset({COMPLETED, FAILED, CANCELLED})

#: The stage of a running job is the latest change of one of its units. Otherwise it equals the status.
Stage = Literal["awaiting_upload", "fetching", "queued", "started", "retrying", "completed", "failed", "cancelled"]
FETCHING: Final = "fetching"
QUEUED: Final = "queued"
STARTED: Final = "started"
RETRYING: Final = "retrying"
RUNNING_STAGES: frozenset[Stage] = frozenset({QUEUED, STARTED, RETRYING})

#: First character of the owner's name if the client is known only by its address.
BY_ADDRESS = SHARED.address_owner
#: Owner of the service's own check jobs. No client's name begins like this.
PROBE_OWNER = SHARED.probe_owner

#: Marks fields that only the Lua scripts write. The others are written when the job is submitted or announced.
WRITTEN_BY_SCRIPTS = {"written_by_scripts": True}
#: Marks fields that are not written if they have their default values.
SELDOM_SET = {"seldom_set": True}


@dataclass(frozen=True, slots=True)
class JobRecord:
    """One job as stored. Times are Unix seconds; `error` is {code, title, detail} or empty."""

    id: str
    owner: str
    filename: str
    options: DocumentOptions
    request_id: str
    status: Status = PROCESSING
    stage: Stage = QUEUED
    #: "image" or "pdf". Until the file has been inspected: the only kind that is accepted, or empty.
    kind: str = ""
    file_size: int = 0
    #: Key of the file in the storage.
    upload: str = ""
    cache_key: str = ""
    #: The traceparent header of the request, if traces are recorded.
    trace: str = ""
    #: Where to send a webhook when the job ends. Empty: nowhere.
    callback_url: str = ""
    #: Media type of the announced upload. Empty if the client did not announce one.
    content_type: str = ""
    #: Password of a PDF, sealed. Deleted when the work on the job ends.
    password: str = field(default="", metadata=SELDOM_SET)
    #: Where a worker fetches the file, sealed (see `sealed_text`). Empty as soon as the job has its file.
    source: str = field(default="", metadata=SELDOM_SET)
    #: Bytes of the largest file that is accepted from there. 0: the general limit.
    max_file_size: int = field(default=0, metadata=SELDOM_SET)
    #: When the announced upload expires. 0 if no upload was announced.
    upload_expires_at: float = 0.0
    #: Pages of the whole document. `pages_total` counts only the requested ones.
    frames: int = 1
    #: The lane in which the units wait, and how many units there are (see `units.py`).
    lane: str = QUICK
    units: int = 1
    pages_total: int = 0
    created_at: float = field(default=0.0, metadata=WRITTEN_BY_SCRIPTS)
    started_at: float | None = field(default=None, metadata=WRITTEN_BY_SCRIPTS)
    finished_at: float | None = field(default=None, metadata=WRITTEN_BY_SCRIPTS)
    #: Highest attempt count among the job's units.
    attempts: int = field(default=0, metadata=WRITTEN_BY_SCRIPTS)
    pages_done: int = field(default=0, metadata=WRITTEN_BY_SCRIPTS)
    cached: bool = field(default=False, metadata=WRITTEN_BY_SCRIPTS)
    #: Id of the job with the same content whose work also completes this job. Empty if this job does its own work.
    leader: str = field(default="", metadata=WRITTEN_BY_SCRIPTS)
    #: Id of the stored result, which several jobs with the same content share. Empty: none, or the job's own id.
    result: str = field(default="", metadata=WRITTEN_BY_SCRIPTS)
    error: dict[str, str] = field(default_factory=dict, metadata=WRITTEN_BY_SCRIPTS)

    @property
    def ended(self) -> bool:
        return self.status in ENDED

    @property
    def shown_status(self) -> Status:
        """The status for clients. They upload nothing if a worker fetches the file."""
        return PROCESSING if self.source and self.status == AWAITING_UPLOAD else self.status

    @property
    def page_numbers(self) -> tuple[int, ...]:
        """The requested pages. Raises InvalidOption."""
        if self.options.pages:
            return parse_pages(self.options.pages, self.frames)
        return tuple(range(1, self.frames + 1))

    @property
    def is_probe(self) -> bool:
        """A check job of the service itself: neither cached nor counted."""
        return self.owner == PROBE_OWNER

    def to_hash(self) -> dict[str, str]:
        """The fields written at submission, as stored."""
        texts = {name: str(getattr(self, name)) for name in SUBMITTED_FIELDS}
        texts |= {name: str(value) for name in SELDOM_SET_FIELDS if (value := getattr(self, name))}
        return {**texts, "options": self.options.dumps()}

    @classmethod
    def from_hash(cls, job_id: str, values: Mapping[bytes, bytes]) -> JobRecord:
        """A stored record. A field that an older version did not store has its default value."""
        return cls(id=job_id, **_decoded(values))

    def updated(self, values: Mapping[bytes, bytes]) -> JobRecord:
        """A copy with these stored fields."""
        return replace(self, **_decoded(values))


#: Most jobs have one of a few sets of options.
_options = lru_cache(maxsize=1000)(lambda stored: DocumentOptions(**json.loads(stored)))
_DECODER_BY_TYPE: dict[object, Callable[[bytes], Any]] = {
    str: bytes.decode,
    Status: bytes.decode,
    Stage: bytes.decode,
    int: int,
    float: float,
    float | None: lambda stored: float(stored) if stored else None,
    bool: lambda stored: stored == b"1",
    DocumentOptions: _options,
    dict[str, str]: lambda stored: json.loads(stored) if stored else {},
}
#: For each field of the hash: its name and its decoder. The id is part of the key instead.
DECODERS = {
    name.encode(): (name, _DECODER_BY_TYPE[kind]) for name, kind in get_type_hints(JobRecord).items() if name != "id"
}
SELDOM_SET_FIELDS = [each.name for each in fields(JobRecord) if each.metadata == SELDOM_SET]
SUBMITTED_FIELDS = [each.name for each in fields(JobRecord) if each.name != "id" and not each.metadata]


def _decoded(values: Mapping[bytes, bytes]) -> dict[str, Any]:
    """Ignores fields that only the scripts use."""
    known = [(*DECODERS[key], stored) for key, stored in values.items() if key in DECODERS]
    return {name: decode(stored) for name, decode, stored in known}


def new_job_id() -> str:
    """A random id that cannot be guessed (122 bits): a client that knows it may read the job."""
    return str(uuid.uuid4())
