"""What the cache takes for the same work, and which uploads are kept."""

from dataclasses import replace
from types import SimpleNamespace

import pytest

from services.jobs import service as job_service
from services.jobs.service import JobService
from services.ocr_service.options import DocumentOptions
from tests.support.jobs import record


def test_a_result_of_another_shape_is_not_taken_from_the_cache(monkeypatch):
    service = JobService(None, None, None, SimpleNamespace(identity=lambda lang: "model"), None, None, None)
    content = ("owner", DocumentOptions("en", 300), "digest")
    before = service._cache_key(*content)
    assert before == service._cache_key(*content)
    monkeypatch.setattr(job_service, "RESULT_SHAPE", "another")
    assert service._cache_key(*content) != before


@pytest.mark.parametrize("stored, kept", [("mine", True), ("of the first request", False)])
def test_a_job_that_is_known_keeps_the_upload_that_it_is_known_with(stored, kept):
    """Known with this very upload: Redis recorded it and its answer was lost, so that its client asked once more."""
    job, deleted, tickets = record(upload="mine"), [], []
    store = SimpleNamespace(submit=lambda *about: "known", get=lambda job_id: replace(job, upload=stored))
    uploads = SimpleNamespace(delete=deleted.append)
    service = JobService(store, uploads, None, None, lambda *ticket: tickets.append(ticket), None, None)
    service._record(job, 0.0)
    assert (deleted, len(tickets)) == (([], 1) if kept else (["mine"], 0))
