"""All errors have one response format, which reveals nothing internal."""

from pathlib import Path
from types import SimpleNamespace

import pytest
from structlog.contextvars import get_contextvars

from middleware import error_catalog
from middleware.error_catalog import BY_STATUS, CATALOG, status_of
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
def test_an_error_becomes_a_problem_document(make_app, error, status, code):
    response = make_app(raising(error)).test_client().get("/ocr/job/x", headers={"X-Request-ID": "abc"})
    assert (response.status_code, response.json["code"], response.json["request_id"]) == (status, code, "abc")
    assert response.content_type == "application/problem+json"
    assert "secret" not in response.text
    assert ("Retry-After" in response.headers) == (status == 503)


def test_every_error_is_in_the_catalog_with_its_title():
    kinds = [errors.OCRServiceError]
    for kind in kinds:
        kinds += kind.__subclasses__()
    titles = {kind.code: kind.title for kind in kinds if kind.code}
    assert len(titles) > 30
    assert {code: CATALOG[code].title for code in titles} == titles


def test_the_errors_of_the_framework_are_in_the_catalog():
    assert {status_of(CATALOG[error.code]): error for error in BY_STATUS.values()} == BY_STATUS


def test_the_page_of_errors_is_up_to_date():
    page = Path(__file__).parents[3] / "docs" / "errors.md"
    assert page.read_text() == error_catalog.page(), "run: python -m middleware.error_catalog > docs/errors.md"


def test_the_error_of_a_failed_job_is_reported_as_unprocessable(make_app):
    """The error may have been a 503 for the job. The request for its result has succeeded in finding it."""
    failed = errors.JobFailed(errors.StorageUnavailable("The upload could not be read.").as_dict())
    response = make_app(raising(failed)).test_client().get("/ocr/job/x")
    assert (response.status_code, response.json["status"]) == (422, 422)
    assert (response.json["code"], response.json["detail"]) == ("storage_unavailable", "The upload could not be read.")


def test_log_lines_after_a_request_do_not_have_its_id(make_app):
    make_app().test_client().get("/nowhere", headers={"X-Request-ID": "abc"})
    assert get_contextvars() == {}
