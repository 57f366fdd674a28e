"""What is known of a job: its states, its options, its record."""

from __future__ import annotations

import json
import uuid
from dataclasses import dataclass, field

from services.jobs.units import QUICK
from services.ocr_service.options import DocumentOptions

AWAITING_UPLOAD = "awaiting_upload"
PROCESSING = "processing"
COMPLETED = "completed"
FAILED = "failed"
CANCELLED = "cancelled"
ENDED = frozenset({COMPLETED, FAILED, CANCELLED})
STATUSES = (AWAITING_UPLOAD, PROCESSING, COMPLETED, FAILED, CANCELLED)
#: Begins the name of an owner who is known by an address alone.
BY_ADDRESS = "@"
#: Owns the jobs by which the service tries itself; no client has a name that begins so. `scripts/prelude.lua` knows it.
PROBE_OWNER = "@probe"


@dataclass(frozen=True, slots=True)
class JobRecord:
    """One job as stored. Times are Unix seconds; `error` is {code, title, detail} or empty."""

    id: str
    owner: str
    status: str
    stage: str
    kind: str
    filename: str
    file_size: int
    options: DocumentOptions
    upload: str
    cache_key: str
    request_id: str
    #: The traceparent of the request, where traces are kept.
    trace: str = ""
    #: Where the client wants to be told of the job's end; empty: nowhere.
    callback_url: str = ""
    #: What the client announced that its upload will be, and until when it may come; empty, 0: no upload was announced.
    content_type: str = ""
    upload_expires_at: float = 0.0
    #: Pages of the whole document; `pages_total` are those that were asked for.
    frames: int = 1
    #: In which lane its units wait, and how many they are (`job_plan.py`).
    lane: str = QUICK
    units: int = 1
    created_at: float = 0.0
    started_at: float | None = None
    finished_at: float | None = None
    #: How often the unit was begun that was begun most often.
    attempts: int = 0
    pages_total: int = 0
    pages_done: int = 0
    cached: bool = False
    #: The job of the same content whose work completes this one; empty where there is none.
    leader: str = ""
    error: dict = field(default_factory=dict)

    @property
    def ended(self) -> bool:
        return self.status in ENDED

    @property
    def is_probe(self) -> bool:
        """Sent by the service to itself: kept out of the cache and of all counts."""
        return self.owner == PROBE_OWNER

    def to_hash(self) -> dict[str, str]:
        """The fields that are written at submission; the scripts in `scripts/` write the others."""
        return {
            "owner": self.owner,
            "status": self.status,
            "stage": self.stage,
            "kind": self.kind,
            "filename": self.filename,
            "file_size": str(self.file_size),
            "options": self.options.dumps(),
            "upload": self.upload,
            "cache_key": self.cache_key,
            "request_id": self.request_id,
            "trace": self.trace,
            "callback_url": self.callback_url,
            "content_type": self.content_type,
            "upload_expires_at": str(self.upload_expires_at),
            "frames": str(self.frames),
            "lane": self.lane,
            "units": str(self.units),
            "pages_total": str(self.pages_total),
        }

    @classmethod
    def from_hash(cls, job_id: str, values: dict[bytes, bytes]) -> JobRecord:
        text = {key.decode(): value.decode() for key, value in values.items()}
        moment = {name: float(text[name]) if text.get(name) else None for name in ("started_at", "finished_at")}
        return cls(
            id=job_id,
            **{name: text[name] for name in ("owner", "status", "stage", "kind", "filename", "upload", "cache_key")},
            request_id=text["request_id"],
            trace=text.get("trace", ""),
            callback_url=text.get("callback_url", ""),
            content_type=text.get("content_type", ""),
            upload_expires_at=float(text.get("upload_expires_at", 0)),
            lane=text.get("lane", QUICK),
            units=int(text.get("units", 1)),
            leader=text.get("leader", ""),
            file_size=int(text["file_size"]),
            frames=int(text["frames"]),
            options=DocumentOptions(**json.loads(text["options"])),
            created_at=float(text["created_at"]),
            **moment,
            attempts=int(text.get("attempts", 0)),
            pages_total=int(text.get("pages_total", 0)),
            pages_done=int(text.get("pages_done", 0)),
            cached=text.get("cached") == "1",
            error=json.loads(text["error"]) if text.get("error") else {},
        )


def new_job_id() -> str:
    """A random id nobody can guess (122 bits): knowing it is what lets a client read the job."""
    return str(uuid.uuid4())
