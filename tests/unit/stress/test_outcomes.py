"""The checks of load and chaos runs find what they are there to find."""

import json

import pytest

from stress.clients import JobOutcome
from stress.outcomes import check_completed_once, check_results
from stress.report import Report, percentile


def good(number):
    return JobOutcome(number, status=202, job_id=f"job-{number}", result_status=200, text=f"Number {number}")


def changed(outcome, **values):
    for name, value in values.items():
        setattr(outcome, name, value)
    return outcome


def failures(check, *arguments):
    report = Report("test")
    check(report, *arguments)
    return [failure.removeprefix("test, ").split(":")[0] for failure in report.failures]


def log(*numbers):
    return "".join(json.dumps({"event": "job completed", "job_id": f"job-{number}"}) + "\n" for number in numbers)


def test_completed_and_rejected_jobs_pass():
    rejected = JobOutcome(3, status=503, code="queue_full", retry_after=1)
    outcomes = [good(1), good(2), rejected]
    assert failures(check_results, outcomes) == []
    assert failures(check_completed_once, outcomes, 2, log(1, 2)) == []


@pytest.mark.parametrize(
    ("values", "failure"),
    [
        ({"result_status": 0, "text": ""}, "lost"),
        ({"result_status": 404, "text": "job_not_found"}, "lost"),
        ({"text": "Number 1"}, "with another job's text"),
    ],
)
def test_lost_and_mixed_up_jobs_fail(values, failure):
    assert failures(check_results, [good(1), changed(good(2), **values)]) == [failure]


@pytest.mark.parametrize(
    ("completed", "lines", "failure"),
    [
        (2, log(1, 2, 2), "completed twice"),
        (1, log(1), "completed, counted by the service"),
        (3, log(1, 2), "completed, counted by the service"),
    ],
)
def test_jobs_completed_twice_or_miscounted_fail(completed, lines, failure):
    assert failures(check_completed_once, [good(1), good(2)], completed, lines) == [failure]


@pytest.mark.parametrize(("part", "value"), [(0, 1), (0.5, 51), (0.99, 100), (1, 100)])
def test_percentile(part, value):
    assert percentile(range(1, 101), part) == value
