"""A courier that is quick and may call this machine; `python -m tests.support.courier URL` is one as a process."""

from __future__ import annotations

import sys
import threading

from services.jobs.store import JobStore, Retention
from services.redis_service import RedisService
from services.webhooks.dispatcher import RetrySchedule, WebhookDispatcher
from services.webhooks.guard import Guard
from services.webhooks.outbox import Outbox
from services.webhooks.sender import Sender
from services.webhooks.signing import Signer, derived_secret

SECRET = derived_secret("secret key")
QUICK = {"look": 0.02, "first_pause": 0.1, "longest_pause": 0.4, "patience": 30.0, "crowded": 0.1}


def quick_courier(
    redis: RedisService,
    *,
    allowed: tuple[str, ...] = ("127.0.0.0/8",),
    lease: float = 5.0,
    call_seconds: float = 3.0,
    **rhythm: float,
) -> WebhookDispatcher:
    sender = Sender(Guard(allowed), Signer((SECRET,)), call_seconds=call_seconds)
    store = JobStore(redis, Retention(result_ttl=60, cache_ttl=30, cache_size=2))
    return WebhookDispatcher(Outbox(redis, lease), store, sender, RetrySchedule(**{**QUICK, **rhythm}))


if __name__ == "__main__":
    quick_courier(RedisService(sys.argv[1]), lease=1.0).start()
    threading.Event().wait()
