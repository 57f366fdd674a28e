"""Tells receivers until they have heard: a thread in each worker's parent process, any number of them over a cluster.

A call that was not answered with 2xx is made again, ever less often, for an hour. Which courier makes it does not
matter: all that has to be known is in the job's record (`outbox.py`).
"""

from __future__ import annotations

import random
import threading
import time
from collections import Counter
from dataclasses import dataclass

import structlog

from services.errors import JobNotFound, RedisUnavailable
from services.jobs.record import JobRecord
from services.jobs.store import JobStore
from services.webhooks.guard import parse
from services.webhooks.message import message_of
from services.webhooks.outbox import DELIVERED, GIVEN_UP, RETRIED, Due, Outbox
from services.webhooks.sender import Answer, Sender

log = structlog.get_logger(__name__)

#: Its receiver wants to hear no more (Standard Webhooks): the one answer that ends the tries before their time.
GONE = 410


@dataclass(frozen=True, slots=True)
class RetrySchedule:
    """When calls are made, in seconds."""

    look: float = 0.5
    first_pause: float = 5.0
    longest_pause: float = 600.0
    #: From the first try on; the last one comes at the end of it.
    patience: float = 3600.0
    #: How long a call waits whose receiver has enough of ours under way.
    crowded: float = 1.0


@dataclass(frozen=True, slots=True)
class ConcurrencyLimits:
    """How many calls a courier makes at a time: in all, to one host, and for one owner."""

    calls: int = 16
    per_host: int = 4
    per_owner: int = 8


class WebhookDispatcher:
    """`start()` goes on in a thread until `stop()`. Calls are made in threads of their own."""

    def __init__(
        self,
        outbox: Outbox,
        store: JobStore,
        sender: Sender,
        rhythm: RetrySchedule = RetrySchedule(),
        crowd: ConcurrencyLimits = ConcurrencyLimits(),
    ) -> None:
        self._outbox = outbox
        self._store = store
        self._sender = sender
        self._rhythm = rhythm
        self._crowd = crowd
        self._stopped = False
        self._wake = threading.Event()
        self._lock = threading.Lock()
        #: Calls under way: by ("host", …), by ("owner", …), and all of them by "all".
        self._busy: Counter = Counter()

    def start(self) -> None:
        threading.Thread(target=self._run, name="courier", daemon=True).start()

    def stop(self) -> None:
        """No call is begun any more. One that ends with the process is made again by another courier."""
        self._stopped = True
        self._wake.set()

    def _run(self) -> None:
        while not self._stopped:
            try:
                found = self._round()
            except RedisUnavailable:
                found = False
            except Exception:
                log.exception("round of webhooks failed")
                found = False
            if not found:
                self._wake.wait(self._rhythm.look)
                self._wake.clear()

    def _round(self) -> bool:
        """Begins as many calls as are due and find a place. False when there was none, or no place."""
        places = self._crowd.calls - self._busy["all"]
        found = self._outbox.take(places) if places > 0 else []
        for due in found:
            self._begin(due)
        return bool(found)

    def _begin(self, due: Due) -> None:
        try:
            record = self._store.get(due.job_id)
        except JobNotFound:
            return
        if not record.ended:
            return
        names = ("all", ("host", parse(record.callback_url).host), ("owner", record.owner))
        if self._enter(names):
            threading.Thread(target=self._call, args=(due, record, names), name="webhook", daemon=True).start()
        else:
            self._outbox.put_off(due, self._rhythm.crowded * random.uniform(0.5, 1.5))

    def _enter(self, names: tuple) -> bool:
        most = (self._crowd.calls, self._crowd.per_host, self._crowd.per_owner)
        with self._lock:
            if any(self._busy[name] >= limit for name, limit in zip(names, most, strict=True)):
                return False
            self._busy.update(names)
            return True

    def _leave(self, names: tuple) -> None:
        with self._lock:
            self._busy -= Counter(names)  # drops the names that nobody bears any more
        self._wake.set()

    def _call(self, due: Due, record: JobRecord, names: tuple) -> None:
        told = log.bind(job_id=record.id, request_id=record.request_id, host=names[1][1], tries=due.tries + 1)
        try:
            self._try(due, record, told)
        except RedisUnavailable:
            told.warning("what came of a webhook could not be noted: it will be sent again")
        except Exception:
            told.exception("webhook failed")
        finally:
            self._leave(names)

    def _try(self, due: Due, record: JobRecord, told) -> None:
        began = time.monotonic()
        answer = self._sender.send(record.callback_url, message_of(record))
        left = self._rhythm.patience - due.age - (time.monotonic() - began)
        told = told.bind(status=answer.status, fault=answer.fault)
        if answer.delivered:
            self._outbox.settle(due, DELIVERED)
            told.info("webhook delivered")
        elif answer.status == GONE or left <= 0:
            self._outbox.settle(due, GIVEN_UP)
            told.warning("webhook given up")
        else:
            pause = min(left, self._pause(due.tries, answer))
            self._outbox.settle(due, RETRIED, pause)
            told.info("webhook to be sent again", seconds=round(pause, 1))

    def _pause(self, failed_before: int, answer: Answer) -> float:
        """Twice as long each time, a quarter more or less so that receivers are not called in step; never sooner than
        the receiver asked."""
        grown = self._rhythm.first_pause * 2 ** min(failed_before, 30)
        return max(min(grown, self._rhythm.longest_pause) * random.uniform(0.75, 1.25), answer.retry_after)
