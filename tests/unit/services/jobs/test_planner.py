"""From an inspected file to a job record."""

from pathlib import Path
from types import SimpleNamespace

import pytest

from services.errors import EmptyFile, InvalidOption, PageOutOfRange, UnsupportedType, UploadMismatch
from services.inspection import FileFacts
from services.jobs import planner as planner_module
from services.jobs.planner import plan_job
from services.jobs.record import JobRecord
from services.ocr_service.options import DocumentOptions
from tests.support.jobs import record

IMAGE = FileFacts("image", "image/png", 1, 10, 10)
PDF = FileFacts("pdf", "application/pdf", 12, 10, 10)


def plan(facts: FileFacts, kinds: tuple[str, ...] = ("image", "pdf"), sha256: str = "1", **changes) -> JobRecord:
    inspector = SimpleNamespace(inspect=lambda path, key, client, password: facts)
    catalogue = SimpleNamespace(identity=lambda lang: f"model of {lang}")
    return plan_job(record(**changes), Path("file"), sha256, kinds, inspector, catalogue)


def cache_key(**changes) -> str:
    values = {"owner": "alice", "lang": "en", "sha256": "1", **changes}
    options = DocumentOptions(values["lang"], 300)
    return plan(IMAGE, owner=values["owner"], options=options, sha256=values["sha256"]).cache_key


def test_an_accepted_file_is_described():
    job = plan(PDF, status="awaiting_upload", stage="awaiting_upload", content_type="application/pdf")
    assert (job.status, job.stage, job.kind, job.frames) == ("processing", "queued", "pdf", 12)


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        ({"facts": IMAGE, "file_size": 0}, EmptyFile),
        ({"facts": IMAGE, "kinds": ("pdf",)}, UnsupportedType),
        ({"facts": PDF, "kinds": ("image",)}, UnsupportedType),
        ({"facts": IMAGE, "options": DocumentOptions("en", 300, mode="text")}, InvalidOption),
        ({"facts": IMAGE, "content_type": "image/jpeg"}, UploadMismatch),
    ],
)
def test_an_unacceptable_file_is_rejected(arguments, error):
    with pytest.raises(error):
        plan(**arguments)


@pytest.mark.parametrize(
    ("pages", "planned"), [("", (12, 3, "bulk")), ("1-5", (5, 1, "quick")), ("1-6", (6, 2, "bulk"))]
)
def test_only_requested_pages_are_divided_into_units(pages, planned):
    job = plan(PDF, options=DocumentOptions("en", 300, pages=pages))
    assert (job.pages_total, job.units, job.lane) == planned
    assert (job.frames, job.kind) == (12, "pdf")


def test_a_page_that_the_document_does_not_have_is_rejected():
    with pytest.raises(PageOutOfRange):
        plan(PDF, options=DocumentOptions("en", 300, pages="13"))


def test_equal_work_has_equal_cache_keys():
    assert cache_key() == cache_key()


@pytest.mark.parametrize("change", [{"owner": "bob"}, {"lang": "de"}, {"sha256": "2"}])
def test_different_work_has_different_cache_keys(change):
    assert cache_key(**change) != cache_key()


def test_results_of_another_shape_have_different_cache_keys(monkeypatch):
    before = cache_key()
    monkeypatch.setattr(planner_module, "RESULT_SHAPE", "another")
    assert cache_key() != before
