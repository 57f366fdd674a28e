"""What the cache takes for the same work."""

from types import SimpleNamespace

from services import job_service
from services.job_record import JobOptions
from services.job_service import JobService


def test_a_result_of_another_shape_is_not_taken_from_the_cache(monkeypatch):
    service = JobService(None, None, None, SimpleNamespace(identity=lambda lang: "model"), None, None, None)
    content = ("owner", JobOptions("en", 300), "digest")
    before = service._cache_key(*content)
    assert before == service._cache_key(*content)
    monkeypatch.setattr(job_service, "RESULT_SHAPE", "another")
    assert service._cache_key(*content) != before
