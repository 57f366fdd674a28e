"""The one task there is: work on a job."""

from __future__ import annotations

from celery import shared_task

from tasks.queue import TASK


@shared_task(bind=True, name=TASK)
def process(self, job_id: str) -> None:
    """Run the job in this process's worker, which the worker's life cycle put on the Celery application."""
    self.app.worker.run(job_id)
