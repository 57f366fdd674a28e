"""`Idempotency-Key`: a request that is sent several times creates its jobs once.

A note in Redis (owner, key and fingerprint of the request) is stored before the jobs are created, and their ids after.
Job ids are derived from the key. So even if a process dies in between, repeating the request finds the first job.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from services.errors import IdempotencyConflict, IdempotencyInFlight, InvalidOption
from services.keys import IDEMPOTENCY, IDEMPOTENCY_OF
from services.redis_service import RedisService

#: A request that has not ended after this many seconds is considered dead, and its key can be used again.
IN_FLIGHT_SECONDS = 120
_ALLOWED = re.compile(r"[\x21-\x7e]{1,255}")

#: Makes the id of the nth job of a request.
IdMaker = Callable[[int], str]


@dataclass(eq=False)
class Idempotency:
    """Methods raise RedisUnavailable."""

    redis: RedisService
    secret: str
    #: Seconds for which a key is remembered after its request.
    ttl: int

    def once(
        self, owner: str, key: str, fingerprint: list[Any], create: Callable[[IdMaker], list[Any]]
    ) -> tuple[list[Any], bool]:
        """What `create` returned (JSON values), now or when the key was first used; and whether it was used before.

        If `create` raises, the note is deleted, so the request can be repeated. Raises InvalidOption for a malformed
        key, IdempotencyConflict if the key was used for another request, IdempotencyInFlight while the first one runs.
        """
        if not _ALLOWED.fullmatch(key):
            raise InvalidOption("The header Idempotency-Key must have 1 to 255 printable characters without spaces.")
        name = IDEMPOTENCY + hashlib.sha256(f"{owner}\n{key}".encode()).hexdigest()
        digest = hashlib.sha256(json.dumps(fingerprint, sort_keys=True).encode()).hexdigest()
        if (created_before := self._begin(name, digest)) is not None:
            return created_before, True
        self._remember(owner, name)
        try:
            created = create(lambda number: self._job_id(name, digest, number))
        except BaseException:
            self.redis.client.delete(name)
            raise
        self.redis.client.set(name, json.dumps([digest, created]), ex=self.ttl)
        return created, False

    def delete_all(self, owner: str) -> None:
        """Forget the keys of an owner."""
        index = IDEMPOTENCY_OF + owner
        names = [name.decode() for name, _ in self.redis.client.zrange(index, 0, -1, withscores=True)]
        self.redis.client.delete(index, *names)

    def _remember(self, owner: str, name: str) -> None:
        """List the note under its owner, without those that have expired."""
        index, now = IDEMPOTENCY_OF + owner, time.time()
        pipeline = self.redis.client.pipeline(transaction=False).zadd(index, {name: now})
        pipeline.zremrangebyscore(index, "-inf", now - self.ttl - IN_FLIGHT_SECONDS)
        pipeline.expire(index, self.ttl + IN_FLIGHT_SECONDS).execute()

    def digest(self, text: str) -> str:
        """Equal for equal texts. Without the secret, nobody can find out the text by trying."""
        return hmac.new(self.secret.encode(), f"text\n{text}".encode(), hashlib.sha256).hexdigest()

    def _begin(self, name: str, digest: str) -> list[Any] | None:
        """Store a note that the request is in progress. If it was sent before, return what it created."""
        note = json.dumps([digest, None])
        if self.redis.client.set(name, note, nx=True, ex=IN_FLIGHT_SECONDS):
            return None
        stored = self.redis.client.get(name)
        # If the note has just expired, this request fails as in flight and the next one starts again.
        first_digest, created = json.loads(stored or note)
        if first_digest != digest:
            raise IdempotencyConflict()
        if not isinstance(created, list):
            raise IdempotencyInFlight()
        return created

    def _job_id(self, name: str, digest: str, number: int) -> str:
        """As hard to guess as a random id for anybody without the secret."""
        seed = hmac.new(self.secret.encode(), f"{name}\n{digest}\n{number}".encode(), hashlib.sha256).digest()
        return str(uuid.UUID(bytes=seed[:16], version=4))
