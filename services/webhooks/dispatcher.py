"""Sends webhooks until they are delivered: a thread in each worker's parent process, any number of them in a cluster.

A call that is not answered with 2xx is repeated, less and less often, for an hour. Any dispatcher can make any call:
the job's record holds everything that is needed (`outbox.py`).
"""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from http import HTTPStatus

import structlog
from urllib3.util import parse_url

from services.errors import JobNotFound, RedisUnavailable
from services.jobs.record import JobRecord
from services.jobs.store import JobStore
from services.webhooks.call_slots import CallSlots, ConcurrencyLimits
from services.webhooks.message import message_of
from services.webhooks.outbox import DELIVERED, GIVEN_UP, POSTPONED, RETRIED, DueWebhook, Outbox
from services.webhooks.sender import DeliveryResult, Sender

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class RetrySchedule:
    """Times in seconds."""

    #: Between two searches for due webhooks.
    poll: float = 0.5
    #: Before the second attempt. Doubles with each further attempt, up to `longest_pause`.
    first_pause: float = 5.0
    longest_pause: float = 600.0
    #: From the first attempt to the last.
    retry_for: float = 3600.0
    #: Delay of a call that a concurrency limit does not allow yet.
    busy_pause: float = 1.0


@dataclass(eq=False)
class WebhookDispatcher:
    """`start()` works in a thread until `stop()`. Each call runs in a thread of its own."""

    outbox: Outbox
    store: JobStore
    sender: Sender
    #: (job id) -> the paths of its status and result.
    job_links: Callable[[str], dict[str, str]]
    schedule: RetrySchedule = RetrySchedule()
    limits: ConcurrencyLimits = ConcurrencyLimits()
    _stopped: bool = field(init=False, default=False)
    _wake: threading.Event = field(init=False, default_factory=threading.Event)

    def __post_init__(self) -> None:
        self._slots = CallSlots(self.limits)

    def start(self) -> None:
        threading.Thread(target=self._run, name="webhook-dispatcher", daemon=True).start()

    def stop(self) -> None:
        """Start no more calls. If a call in progress ends with the process, another dispatcher repeats it."""
        self._stopped = True
        self._wake.set()

    def _run(self) -> None:
        while not self._stopped:
            try:
                if self._round():
                    continue
            except RedisUnavailable:
                pass
            except Exception:
                log.exception("webhook round failed")
            self._wake.wait(self.schedule.poll)
            self._wake.clear()

    def _round(self) -> bool:
        """Start the calls that are due, up to the limit. False if there was none to start."""
        free = self._slots.free
        webhooks = self.outbox.take(free) if free > 0 else []
        for webhook in webhooks:
            self._start_call(webhook)
        return bool(webhooks)

    def _start_call(self, webhook: DueWebhook) -> None:
        try:
            record = self.store.get(webhook.job_id)
        except JobNotFound:
            return
        if not record.ended:
            return
        host = parse_url(record.callback_url).host or ""
        if self._slots.acquire(host, record.owner):
            arguments = (webhook, record, host)
            threading.Thread(target=self._call, args=arguments, name="webhook", daemon=True).start()
        else:
            self.outbox.settle(webhook, POSTPONED, self.schedule.busy_pause * random.uniform(0.5, 1.5))

    def _call(self, webhook: DueWebhook, record: JobRecord, host: str) -> None:
        call_log = log.bind(job_id=record.id, request_id=record.request_id, host=host, tries=webhook.tries + 1)
        try:
            self._attempt(webhook, record, call_log)
        except RedisUnavailable:
            call_log.warning("the outcome of a webhook could not be stored: it will be sent again")
        except Exception:
            call_log.exception("webhook attempt failed unexpectedly")
        finally:
            self._slots.release(host, record.owner)
            self._wake.set()

    def _attempt(self, webhook: DueWebhook, record: JobRecord, call_log: structlog.stdlib.BoundLogger) -> None:
        started = time.monotonic()
        result = self.sender.send(record.callback_url, message_of(record, self.job_links(record.id)))
        seconds_left = self.schedule.retry_for - webhook.age - (time.monotonic() - started)
        call_log = call_log.bind(status=result.status, error=result.error)
        if result.delivered:
            self.outbox.settle(webhook, DELIVERED)
            call_log.info("webhook delivered")
        elif result.status == HTTPStatus.GONE or seconds_left <= 0:  # GONE: the receiver wants no more calls
            self.outbox.settle(webhook, GIVEN_UP)
            call_log.warning("webhook failed and will not be retried")
        else:
            pause = min(seconds_left, self._pause(webhook.tries, result))
            self.outbox.settle(webhook, RETRIED, pause)
            call_log.info("webhook will be retried", seconds=round(pause, 1))

    def _pause(self, failures: int, result: DeliveryResult) -> float:
        """Exponential back-off, randomised by a quarter so that calls do not synchronise; at least Retry-After."""
        pause = self.schedule.first_pause * 2.0 ** min(failures, 30)
        return max(min(pause, self.schedule.longest_pause) * random.uniform(0.75, 1.25), result.retry_after)
