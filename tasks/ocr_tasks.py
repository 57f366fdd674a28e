"""The worker's tasks: process the next unit, and check announced uploads."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from celery import shared_task

from tasks.queue import ARRIVED, TASK, OCRCelery

if TYPE_CHECKING:
    from celery import Task


@shared_task(bind=True, name=TASK)
def process(self: Task[Any, Any], job_id: str) -> None:
    """Process the next unit. It need not belong to `job_id`, the job that queued this ticket."""
    worker = cast(OCRCelery, self.app).worker_process
    assert worker is not None, "tasks run only in child processes"
    worker.run()


@shared_task(bind=True, name=ARRIVED)
def upload_arrived(self: Task[Any, Any], job_id: str) -> None:
    """Start the job if its announced upload has arrived and is valid; fail the job if it is not."""
    cast(OCRCelery, self.app).arrivals.start_job_and_log_errors(job_id)
