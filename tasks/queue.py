"""The Celery application, and the broker as the services see it."""

from __future__ import annotations

import secrets

import kombu
import kombu.exceptions
import redis
from celery import Celery

from services.container import Broker
from services.errors import RedisUnavailable

QUEUE = "ocr"
TASK = "ocr.process"
#: Uploads that have come do not stand in line with the work: to look at one is quick, and tickets are counted.
ARRIVALS = "ocr-uploads"
ARRIVED = "ocr.upload_arrived"


def make_celery(broker_url: str, workers: int, longest_job_seconds: int, memory_limit_kb: int) -> Celery:
    """A Celery application for a durable queue: a ticket is gone only when it was used."""
    celery = Celery("ocr", broker=celery_url(broker_url), include=["tasks.ocr_tasks"], set_as_current=False)
    celery.conf.update(
        task_default_queue=QUEUE,
        task_queues=[kombu.Queue(QUEUE), kombu.Queue(ARRIVALS)],
        task_acks_late=True,
        task_reject_on_worker_lost=True,
        task_ignore_result=True,
        task_publish_retry=False,
        worker_prefetch_multiplier=1,
        worker_concurrency=workers,
        worker_max_memory_per_child=memory_limit_kb,
        # Children load their model before they count as up; Celery's own 4 s are not enough for that.
        worker_proc_alive_timeout=120,
        worker_hijack_root_logger=False,
        worker_redirect_stdouts=False,
        worker_enable_remote_control=True,
        worker_send_task_events=False,
        broker_connection_retry_on_startup=True,
        broker_connection_max_retries=None,
        broker_connection_timeout=1.0,
        broker_transport_options={
            # Only a ticket whose worker vanished waits for this; the sweeper replaces it long before.
            "visibility_timeout": longest_job_seconds,
            "socket_timeout": 5.0,
            "socket_connect_timeout": 1.0,
            "socket_keepalive": True,
        },
        accept_content=["json"],
        timezone="UTC",
    )
    return celery


def celery_url(url: str) -> str:
    """kombu spells a Unix socket's address in its own way."""
    return "redis+socket://" + url.removeprefix("unix://") if url.startswith("unix://") else url


def make_broker(celery: Celery, client: redis.Redis) -> Broker:
    """Tickets go through Celery; how many lie in its list is read through `client`, a connection to the same Redis."""

    def send_ticket(job_id: str, delay: float) -> None:
        # Each ticket has an id of its own: a job has one for each of its units. Its id is there for people to read:
        # what is worked on is the unit whose turn it is.
        send(TASK, QUEUE, job_id, countdown=delay or None)

    def send_arrival(job_id: str) -> None:
        send(ARRIVED, ARRIVALS, job_id)

    def send(task: str, queue: str, job_id: str, **how: object) -> None:
        task_id = f"{job_id}/{secrets.token_hex(4)}"
        try:
            celery.send_task(task, (job_id,), task_id=task_id, queue=queue, **how)
        except (kombu.exceptions.OperationalError, redis.exceptions.RedisError, OSError) as error:
            raise RedisUnavailable() from error

    def ticket_count() -> int:
        try:
            return client.llen(QUEUE)
        except (redis.exceptions.ConnectionError, redis.exceptions.TimeoutError) as error:
            raise RedisUnavailable() from error

    return Broker(send_ticket, send_arrival, ticket_count)
