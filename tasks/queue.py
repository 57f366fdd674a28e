"""The Celery application, and the broker as the services see it."""

from __future__ import annotations

import secrets
from functools import partial
from typing import TYPE_CHECKING

import kombu
import kombu.exceptions
import redis
from celery import Celery

from services.container import Broker
from services.errors import RedisUnavailable
from services.redis_service import RedisClient

if TYPE_CHECKING:
    from services.uploads.arrivals import Arrivals
    from services.worker.process import WorkerProcess

QUEUE = "ocr"
TASK = "ocr.process"
#: Announced uploads have a queue of their own: checking one is quick, and only tickets for units are counted.
ARRIVALS = "ocr-uploads"
ARRIVED = "ocr.upload_arrived"


class OCRCelery(Celery):
    """The Celery application with the objects that its tasks call. `celery_app.py` sets them."""

    arrivals: Arrivals
    #: Exists only in the worker's child processes.
    worker_process: WorkerProcess | None = None


def make_celery(broker_url: str, *, processes: int, longest_job_seconds: int, memory_limit_kb: int) -> OCRCelery:
    """A Celery application whose tickets leave the queue only after they have been used."""
    celery = OCRCelery("ocr", broker=celery_url(broker_url), include=["tasks.ocr_tasks"], set_as_current=False)
    celery.conf.update(
        task_default_queue=QUEUE,
        task_queues=[kombu.Queue(QUEUE), kombu.Queue(ARRIVALS)],
        task_acks_late=True,
        task_reject_on_worker_lost=True,
        task_ignore_result=True,
        task_publish_retry=False,
        worker_prefetch_multiplier=1,
        worker_concurrency=processes,
        worker_max_memory_per_child=memory_limit_kb,
        # Children load their model before they count as up. Celery's default of 4 s is too short for that.
        worker_proc_alive_timeout=120,
        worker_hijack_root_logger=False,
        worker_redirect_stdouts=False,
        broker_connection_retry_on_startup=True,
        broker_connection_max_retries=None,
        broker_connection_timeout=1.0,
        broker_transport_options={
            # Applies only to a ticket whose worker vanished; the sweeper replaces such a ticket much earlier.
            "visibility_timeout": longest_job_seconds,
            "socket_timeout": 5.0,
            "socket_connect_timeout": 1.0,
            "socket_keepalive": True,
        },
        accept_content=["json"],
    )
    return celery


def celery_url(url: str) -> str:
    """The URL in kombu's syntax, which differs for Unix sockets."""
    return "redis+socket://" + url.removeprefix("unix://") if url.startswith("unix://") else url


def make_broker(celery: Celery, client: RedisClient) -> Broker:
    """Celery sends the tickets. `client`, a connection to the same Redis, counts those that still wait."""

    def send(task: str, queue: str, job_id: str, delay: float = 0) -> None:
        # A job gets one ticket per unit, so each needs an id of its own. The job id in it is only for people: a ticket
        # does not select the unit.
        task_id = f"{job_id}/{secrets.token_hex(4)}"
        try:
            celery.send_task(task, (job_id,), task_id=task_id, queue=queue, countdown=delay or None)
        except (kombu.exceptions.OperationalError, redis.exceptions.RedisError, OSError) as error:
            raise RedisUnavailable() from error

    return Broker(partial(send, TASK, QUEUE), partial(send, ARRIVED, ARRIVALS), lambda: client.llen(QUEUE))
