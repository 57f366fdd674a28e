"""Batches: which jobs were submitted together, so that their results can be fetched together."""

from __future__ import annotations

import hashlib
import json
import uuid
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field

from services.errors import BatchNotFound
from services.jobs.record import BY_ADDRESS
from services.keys import BATCH
from services.redis_service import RedisService

#: Keys that Redis looks at per round trip while batches are deleted.
CHUNK = 1000


@dataclass(frozen=True, slots=True)
class BatchFile:
    """A file of a batch: its job, or the error {code, title, detail} for which it has none."""

    filename: str
    job_id: str = ""
    error: dict[str, str] = field(default_factory=dict)


@dataclass(eq=False)
class Batches:
    """Methods raise RedisUnavailable. ttl: seconds for which a batch is stored; its records live as long."""

    redis: RedisService
    ttl: int

    def save(self, owner: str, files: Sequence[BatchFile]) -> str:
        """Store a batch and return its id. Equal jobs give the same id, which is as hard to guess as theirs."""
        names = "\n".join([owner, *(each.job_id for each in files)])
        batch_id = str(uuid.UUID(bytes=hashlib.sha256(names.encode()).digest()[:16], version=4))
        stored = json.dumps({"owner": owner, "files": [asdict(each) for each in files]})
        self.redis.client.set(BATCH + batch_id, stored, ex=self.ttl)
        return batch_id

    def get(self, batch_id: str, owner: str) -> list[BatchFile]:
        """The files in the order in which they were sent. Raises BatchNotFound, also for another owner's batch.

        As with jobs, an address alone does not identify an owner.
        """
        stored = json.loads(self.redis.client.get(BATCH + batch_id) or "null")
        if not stored or (stored["owner"] != owner and not stored["owner"].startswith(BY_ADDRESS)):
            raise BatchNotFound()
        return [BatchFile(**each) for each in stored["files"]]

    def delete_all(self, owner: str) -> None:
        """Delete all batches of an owner. Looks at every key in Redis: no index is kept for something this rare."""
        cursor = 0
        while True:
            cursor, found = self.redis.client.scan(cursor, match=BATCH + "*", count=CHUNK)
            names = [name.decode() for name in found]
            stored = zip(names, self.redis.client.mget(names) if names else [], strict=True)
            own = [name for name, value in stored if value and json.loads(value)["owner"] == owner]
            if own:
                self.redis.client.delete(*own)
            if cursor == 0:
                return
