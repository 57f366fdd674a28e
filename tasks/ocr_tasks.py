"""What workers do: work on the unit whose turn it is, and look at uploads that have come."""

from __future__ import annotations

from celery import shared_task

from tasks.queue import ARRIVED, TASK


@shared_task(bind=True, name=TASK)
def process(self, job_id: str) -> None:
    """Work, in this process's worker, which the worker's life cycle put on the Celery application.

    `job_id` names the job for which the ticket was put on the queue; it need not be the one whose turn it is.
    """
    self.app.worker_process.run()


@shared_task(bind=True, name=ARRIVED)
def upload_arrived(self, job_id: str) -> None:
    """The announced upload of this job seems to be there: begin the job with it, or end the job."""
    self.app.arrivals.start_job_in_background(job_id)
