"""A webhook dispatcher for tests: with short pauses, and allowed to call this machine.

`python -m tests.support.webhook_dispatcher REDIS_URL` runs one as a process.
"""

from __future__ import annotations

import sys
import threading

from routes.paths import job_links
from services.jobs.store import JobStore, Retention
from services.redis_service import RedisService
from services.webhooks.dispatcher import RetrySchedule, WebhookDispatcher
from services.webhooks.guard import Guard
from services.webhooks.outbox import Outbox
from services.webhooks.sender import Sender
from services.webhooks.signing import Signer, derived_secret

SECRET = derived_secret("secret key")
FAST = {"poll": 0.02, "first_pause": 0.1, "longest_pause": 0.4, "retry_for": 30.0, "busy_pause": 0.1}


def fast_dispatcher(
    redis: RedisService,
    *,
    allowed: tuple[str, ...] = ("127.0.0.0/8",),
    lease: float = 5.0,
    call_seconds: float = 3.0,
    **schedule: float,
) -> WebhookDispatcher:
    sender = Sender(Guard(allowed), Signer((SECRET,)), call_seconds=call_seconds)
    store = JobStore(redis, Retention(result_ttl=60, cache_ttl=30, cache_size=2))
    return WebhookDispatcher(Outbox(redis, lease), store, sender, job_links, RetrySchedule(**{**FAST, **schedule}))


if __name__ == "__main__":
    fast_dispatcher(RedisService(sys.argv[1]), lease=1.0).start()
    threading.Event().wait()
