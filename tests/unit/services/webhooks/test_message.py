"""The message that receivers get."""

import json

import pytest

from routes.paths import job_links
from services.jobs.record import JobRecord
from services.ocr_service.options import DocumentOptions
from services.webhooks.message import message_of

RECORD = {
    "id": "0b2c8f0e-6f0e-4c62-9d8e-2f0d3f1c7a55", "owner": "o", "stage": "", "kind": "pdf", "filename": "Übersicht.pdf",
    "file_size": 3, "options": DocumentOptions("en", 300), "upload": "", "cache_key": "", "request_id": "",
    "created_at": 1767268800.0, "finished_at": 1767268801.5, "pages_total": 3, "pages_done": 3,
}  # fmt: skip


def message_about(**changes):
    record = JobRecord(**{**RECORD, "status": "completed", **changes})
    return message_of(record, job_links(record.id))


def message(**changes):
    return json.loads(message_about(**changes).body)


def test_message_says_how_the_job_ended_and_where_its_result_is():
    assert message() == {
        "type": "job.completed",
        "timestamp": "2026-01-01T12:00:01.500000+00:00",
        "data": {
            "job_id": RECORD["id"],
            "status": "completed",
            "successful": True,
            "progress": {"pages_total": 3, "pages_done": 3},
            "created_at": "2026-01-01T12:00:00+00:00",
            "finished_at": "2026-01-01T12:00:01.500000+00:00",
            "filename": "Übersicht.pdf",
            "links": {"self": f"/ocr/job/{RECORD['id']}", "result": f"/ocr/job/{RECORD['id']}/result"},
        },
    }


def test_message_says_why_a_job_failed():
    error = {"code": "corrupt_file", "title": "Corrupt file", "detail": "broken"}
    failed = message(status="failed", error=error)
    assert (failed["type"], failed["data"]["successful"], failed["data"]["error"]) == ("job.failed", False, error)


@pytest.mark.parametrize("changes", [{"status": "failed"}, {"finished_at": 1767268802.0}, {"id": "another"}])
def test_each_end_of_a_job_has_its_own_id(changes):
    first = message_about().id
    assert first == message_about().id
    assert first != message_about(**changes).id
    assert "." not in first, "a full stop separates the signed parts"
