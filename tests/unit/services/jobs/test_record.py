"""The job record as a Redis hash."""

import json
from dataclasses import fields, replace

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.jobs.record import DECODERS, SELDOM_SET_FIELDS, STATUSES, SUBMITTED_FIELDS, JobRecord
from services.ocr_service.options import DocumentOptions
from tests.support.jobs import ERROR, record

NUMBERS = st.integers(0, 2**53)
TIMES = st.floats(0, 1e12)
VALUES = {
    "str": st.text(),
    "int": NUMBERS,
    "float": TIMES,
    "float | None": st.none() | TIMES,
    "bool": st.booleans(),
    "Status": st.sampled_from(STATUSES),
    "Stage": st.sampled_from(["queued", "started", "retrying", "completed"]),
    "DocumentOptions": st.builds(DocumentOptions, lang=st.text(), dpi=NUMBERS, pages=st.text()),
    "dict[str, str]": st.dictionaries(st.text(), st.text()),
}
RECORDS = st.builds(JobRecord, **{field.name: VALUES[field.type] for field in fields(JobRecord)})
#: A busy machine may need long for an example.
untimed = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
WRITTEN_BY_SCRIPTS = {name for name, _ in DECODERS.values()} - {*SUBMITTED_FIELDS, *SELDOM_SET_FIELDS}


def written_by_a_script(value: object) -> str:
    if isinstance(value, dict):
        return json.dumps(value) if value else ""
    return str(int(value)) if isinstance(value, bool) else "" if value is None else str(value)


def as_stored(texts: dict[str, str]) -> dict[bytes, bytes]:
    return {name.encode(): text.encode() for name, text in texts.items()}


@untimed
@given(RECORDS)
def test_every_field_survives_storage(stored):
    texts = stored.to_hash() | {name: written_by_a_script(getattr(stored, name)) for name in WRITTEN_BY_SCRIPTS}
    assert JobRecord.from_hash(stored.id, as_stored(texts)) == stored


@untimed
@given(RECORDS)
def test_submission_stores_its_fields_and_no_others(submitted):
    read = JobRecord.from_hash(submitted.id, as_stored(submitted.to_hash()))
    written = (*SUBMITTED_FIELDS, *SELDOM_SET_FIELDS)
    assert all(getattr(read, name) == getattr(submitted, name) for name in written)
    blank = record()
    assert {name: getattr(read, name) for name in WRITTEN_BY_SCRIPTS} == {
        name: getattr(blank, name) for name in WRITTEN_BY_SCRIPTS
    }


def test_the_stored_format_does_not_change():
    """Running workers and stored jobs of an older version must understand it."""
    job = replace(
        record(),
        id="1",
        owner="alice",
        upload="u",
        cache_key="c",
        trace="t",
        callback_url="https://example.com",
        content_type="image/png",
        upload_expires_at=12.0,
    )
    assert job.to_hash() == {
        "owner": "alice",
        "status": "processing",
        "stage": "queued",
        "kind": "image",
        "filename": "scan.jpg",
        "file_size": "3",
        "options": '{"detail": "line", "dpi": 300, "lang": "en", "mode": "auto", "orientation": "auto", "pages": ""}',
        "upload": "u",
        "cache_key": "c",
        "request_id": "r",
        "trace": "t",
        "callback_url": "https://example.com",
        "content_type": "image/png",
        "upload_expires_at": "12.0",
        "frames": "1",
        "lane": "quick",
        "units": "1",
        "pages_total": "1",
    }


def test_a_record_of_an_older_version_can_be_read():
    """Without the fields added later; with fields that only the scripts use."""
    stored = {
        "owner": "alice",
        "status": "failed",
        "stage": "failed",
        "kind": "pdf",
        "filename": "a.pdf",
        "file_size": "7",
        "options": '{"lang": "en", "dpi": 300}',
        "upload": "u",
        "cache_key": "c",
        "request_id": "r",
        "frames": "2",
        "created_at": "1700000000.125",
        "started_at": "",
        "finished_at": "1700000001.5",
        "error": '{"code": "corrupt_file", "title": "Corrupt file", "detail": "broken"}',
        "open": "0",
        "left": "1",
        "work_seconds": "1.5",
    }
    assert JobRecord.from_hash("1", as_stored(stored)) == JobRecord(
        id="1",
        owner="alice",
        status="failed",
        stage="failed",
        kind="pdf",
        filename="a.pdf",
        file_size=7,
        options=DocumentOptions("en", 300),
        upload="u",
        cache_key="c",
        request_id="r",
        frames=2,
        created_at=1700000000.125,
        finished_at=1700000001.5,
        error=ERROR,
    )
