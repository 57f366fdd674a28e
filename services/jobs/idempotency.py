"""One request, one piece of work, however often it is sent: what `Idempotency-Key` promises.

The key's owner, name and the request's fingerprint are noted before the work is created, the jobs that came of it
after. Job ids are derived from the key, so that even a process that dies in between makes no second job: who sends the
request again finds the first.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
import uuid
from collections.abc import Callable

from services.errors import IdempotencyConflict, IdempotencyInFlight, InvalidOption
from services.redis_service import RedisService

NOTE = "ocr:idempotency:"
#: A request that has not ended after so many seconds is taken for dead, and its key is free again.
IN_FLIGHT_SECONDS = 120
_ALLOWED = re.compile(r"[\x21-\x7e]{1,255}")

#: Makes the id of the nth job of a request.
IdMaker = Callable[[int], str]


class Idempotency:
    """Notes of requests that bore a key. Raises RedisUnavailable."""

    def __init__(self, redis: RedisService, secret: str, ttl: int) -> None:
        """ttl: seconds for which a key is remembered after its request."""
        self._redis = redis
        self._secret = secret.encode()
        self._ttl = ttl

    def once(self, owner: str, key: str, fingerprint: list, create: Callable[[IdMaker], list]) -> tuple[list, bool]:
        """What `create` returned (anything that JSON knows), now or when the key was first used; whether it was then.

        What raises leaves no note: the request may be sent again. Raises InvalidOption for a key that is none,
        IdempotencyConflict when it was used for another request, IdempotencyInFlight while the first one runs.
        """
        if not _ALLOWED.fullmatch(key):
            raise InvalidOption("The header Idempotency-Key takes 1 to 255 printable characters without spaces.")
        name = NOTE + hashlib.sha256(f"{owner}\n{key}".encode()).hexdigest()
        digest = hashlib.sha256(json.dumps(fingerprint, sort_keys=True).encode()).hexdigest()
        noted = self._begin(name, digest)
        if noted is not None:
            return noted, True
        try:
            created = create(lambda number: self._job_id(name, digest, number))
        except BaseException:
            with self._redis.guard() as client:
                client.delete(name)
            raise
        with self._redis.guard() as client:
            client.set(name, json.dumps([digest, created]), ex=self._ttl)
        return created, False

    def _begin(self, name: str, digest: str) -> list | None:
        """Notes that the request has begun; what came of it where it was sent before."""
        note = json.dumps([digest, None])
        with self._redis.guard() as client:
            if client.set(name, note, nx=True, ex=IN_FLIGHT_SECONDS):
                return None
            before = client.get(name)
        first, created = json.loads(before or note)  # gone just now: whoever sends it once more begins anew
        if first != digest:
            raise IdempotencyConflict()
        if created is None:
            raise IdempotencyInFlight()
        return created

    def _job_id(self, name: str, digest: str, number: int) -> str:
        """As hard to guess as a random one, for who does not know the secret."""
        seed = hmac.new(self._secret, f"{name}\n{digest}\n{number}".encode(), hashlib.sha256).digest()
        return str(uuid.UUID(bytes=seed[:16], version=4))
