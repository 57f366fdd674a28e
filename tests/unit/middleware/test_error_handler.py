"""Every error becomes one response format, without details of the server's internals."""

from pathlib import Path
from types import SimpleNamespace

import pytest
from structlog.contextvars import get_contextvars

from middleware import error_catalog
from middleware.error_catalog import BY_STATUS, CATALOG, status_of
from services import errors


@pytest.fixture
def get_job(make_app):
    """`get_job(error)`: the response to a request for a job, for which the service raises this error."""

    def get(error):
        def fail(job_id, owner):
            raise error

        client = make_app(SimpleNamespace(jobs=SimpleNamespace(get=fail))).test_client()
        return client.get("/ocr/job/x", headers={"X-Request-ID": "abc"})

    return get


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
def test_an_error_becomes_a_problem_document(get_job, error, status, code):
    response = get_job(error)
    assert (response.status_code, response.json["code"], response.json["request_id"]) == (status, code, "abc")
    assert response.content_type == "application/problem+json"
    assert "secret" not in response.text
    assert ("Retry-After" in response.headers) == (status == 503)


def test_the_catalog_has_every_error_class_with_its_title():
    classes = [errors.OCRServiceError]
    for error in classes:
        classes += error.__subclasses__()
    titles = {error.code: error.title for error in classes if error.code and error is not errors.JobFailed}
    assert len(titles) > 40
    assert {code: CATALOG[code].title for code in titles} == titles


def test_the_catalog_has_the_errors_of_the_framework():
    assert set(BY_STATUS.values()) <= set(CATALOG.values())
    assert all(status_of(error) == status for status, error in BY_STATUS.items())


def test_the_page_of_errors_is_up_to_date():
    page = Path(__file__).parents[3] / "docs" / "errors.md"
    assert page.read_text() == error_catalog.page(), "run: python -m middleware.error_catalog > docs/errors.md"


def test_the_error_of_a_failed_job_is_422_whatever_it_was(get_job):
    """The service works, so an error that would be 503 for a request is not 503 when it is the result of a job."""
    stored = {"code": "storage_unavailable", "title": "Storage unavailable", "detail": "The upload could not be read."}
    response = get_job(errors.JobFailed(stored))
    assert (response.status_code, response.json["status"]) == (422, 422)
    assert {name: response.json[name] for name in stored} == stored


def test_log_lines_after_a_request_do_not_contain_its_id(make_app):
    make_app().test_client().get("/nowhere", headers={"X-Request-ID": "abc"})
    assert get_contextvars() == {}
