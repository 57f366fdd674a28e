"""The one task there is: work on the unit whose turn it is."""

from __future__ import annotations

from celery import shared_task

from tasks.queue import TASK


@shared_task(bind=True, name=TASK)
def process(self, job_id: str) -> None:
    """Work, in this process's worker, which the worker's life cycle put on the Celery application.

    `job_id` names the job for which the ticket was put on the queue; it need not be the one whose turn it is.
    """
    self.app.worker.run()
