"""Which uploads are stored or deleted when a job is submitted."""

from dataclasses import replace
from types import SimpleNamespace

import pytest

from services.jobs.service import JobService
from services.jobs.store import Submitted
from tests.support.jobs import record


@pytest.mark.parametrize("stored_upload, kept", [("mine", True), ("of the first request", False)])
def test_a_known_job_keeps_the_upload_it_was_stored_with(stored_upload, kept):
    """If Redis stored the job but its reply was lost, redis-py sends the command again and the job is already known."""
    job, deleted, tickets = record(upload="mine"), [], []
    store = SimpleNamespace(
        submit=lambda record, longest_wait: Submitted("known", record),
        get=lambda job_id: replace(job, upload=stored_upload),
    )
    storage = SimpleNamespace(delete=deleted.append)
    service = JobService(store, storage, None, None, lambda *ticket: tickets.append(ticket), None, None, None)
    assert service._store_and_queue(job, 0.0).upload == stored_upload
    assert (deleted, len(tickets)) == (([], 1) if kept else (["mine"], 0))
