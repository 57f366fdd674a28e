"""Whatever goes wrong leaves in one shape, without a word of the server's inside."""

from pathlib import Path
from types import SimpleNamespace

import pytest
from structlog.contextvars import get_contextvars

from middleware import error_catalog
from middleware.error_catalog import BY_STATUS, CATALOG
from services import errors


def raising(error):
    def raise_it(*_):
        raise error

    return SimpleNamespace(jobs=SimpleNamespace(ensure_accepting=lambda slot: None, get=raise_it))


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (errors.JobNotFound(), 404, "job_not_found"),
        (errors.JobCancelled(), 409, "job_cancelled"),
        (errors.ResultExpired(), 410, "result_expired"),
        (errors.RedisUnavailable(), 503, "redis_unavailable"),
        (OSError(28, "No space left on device: /secret/path"), 503, "storage_unavailable"),
        (RuntimeError("secret in a traceback"), 500, "internal_error"),
    ],
)
def test_a_fault_becomes_a_problem(make_app, error, status, code):
    answer = make_app(raising(error)).test_client().get("/ocr/job/x", headers={"X-Request-ID": "abc"})
    assert (answer.status_code, answer.json["code"], answer.json["request_id"]) == (status, code, "abc")
    assert answer.content_type == "application/problem+json"
    assert "secret" not in answer.text
    assert ("Retry-After" in answer.headers) == (status == 503)


def test_every_error_of_the_domain_is_in_the_catalog_with_its_title():
    kinds = [errors.OCRServiceError]
    for kind in kinds:
        kinds += kind.__subclasses__()
    told = {kind.code: kind.title for kind in kinds if kind not in (errors.OCRServiceError, errors.JobFailed)}
    assert {code: CATALOG[code].title for code in told} == told


def test_the_framework_s_errors_are_in_the_catalog():
    assert {CATALOG[code].status: code for code in BY_STATUS.values()}.keys() == BY_STATUS.keys()
    assert all(CATALOG[code].status == status for status, code in BY_STATUS.items())


def test_the_page_of_errors_is_the_catalog():
    page = Path(__file__).parents[3] / "docs" / "errors.md"
    assert page.read_text() == error_catalog.page(), (
        "write it anew: python -m middleware.error_catalog > docs/errors.md"
    )


def test_a_job_s_own_fault_is_told_as_one_whatever_it_was(make_app):
    """A result that is asked for is there to be told of: what once made its job fail makes this no 503."""
    failed = errors.JobFailed("storage_unavailable", "Storage unavailable", "The upload could not be read.")
    answer = make_app(raising(failed)).test_client().get("/ocr/job/x")
    assert (answer.status_code, answer.json["status"], answer.json["code"]) == (422, 422, "storage_unavailable")


def test_what_is_logged_after_a_request_does_not_bear_its_id(make_app):
    make_app().test_client().get("/nowhere", headers={"X-Request-ID": "abc"})
    assert get_contextvars() == {}
