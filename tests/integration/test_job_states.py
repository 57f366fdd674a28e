"""Whatever happens to jobs in whatever order: no change of state but those in the table of docs/jobs.md, nothing lost,
nothing done twice, nothing left behind.

Hypothesis makes up the order, for the machine of `tests/support/job_machine.py`. `HYPOTHESIS_PROFILE=long` walks for
longer, and anew each time.
"""

import os
from functools import partial

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.support.job_checks import CHANGES
from tests.support.job_machine import HOOK, OWNERS, STALE, Jobs

settings.register_profile("test", max_examples=60, stateful_step_count=100, derandomize=True, database=None)
settings.register_profile("long", max_examples=3000, stateful_step_count=80)
PROFILE = settings(
    settings.get_profile(os.environ.get("HYPOTHESIS_PROFILE", "test")),
    deadline=None,
    report_multiple_bugs=False,
    suppress_health_check=list(HealthCheck),
)


@pytest.fixture
def jobs(redis):
    """The machine, to be driven by hand or by Hypothesis."""
    Jobs.redis = redis
    return Jobs


@pytest.mark.timeout(1800)  # when it fails, Hypothesis looks for the shortest way to the fault
def test_no_order_of_events_brings_jobs_to_a_state_that_may_not_be(jobs):
    run_state_machine_as_test(jobs, settings=PROFILE)


def walked(walk, *steps) -> set:
    """Goes this way; returns the changes that were seen on it."""
    walk.begin()
    seen = set()
    for step in steps:
        step()
        walk.the_state_is_one_that_may_be()
        seen |= walk.changes
    walk.teardown()
    return seen


SENT = {"content": "receipt", "hook": HOOK, "longest_wait": 0.0}


def test_every_change_in_the_table_does_happen(jobs):
    walk = jobs()
    submit, announce = partial(walk.submit, **SENT, owner=OWNERS[0]), partial(walk.announce, **SENT)
    refuse, arrive = partial(walk.upload_refused, 0, "upload_expired"), partial(walk.upload_arrives, 0, "receipt")
    cancel, delete, expire = partial(walk.cancel, 0), partial(walk.delete, 0), partial(walk.a_record_expires, 0)
    replay, fail = partial(walk.replay, 0), partial(walk.fail, 0, dead=True)
    seen = walked(
        walk,
        *(submit, partial(walk.a_unit_is_done, dead=True), replay, walk.take, fail, replay, cancel, delete),
        *(submit, cancel, expire, announce, cancel, announce, refuse, delete, announce, refuse, expire),
        *(announce, arrive, partial(walk.a_unit_is_done, dead=False), delete, submit, expire, announce, arrive),
    )
    assert seen == CHANGES


@pytest.mark.parametrize("forgotten", [False, True])
@pytest.mark.parametrize("dead", [False, True])
def test_work_goes_on_for_one_who_follows_a_job_that_was_cancelled(jobs, dead, forgotten):
    walk = jobs()
    done = partial(walk.a_unit_is_done, dead=dead)
    walked(
        walk,
        *(partial(walk.submit, **SENT, owner=OWNERS[0]), partial(walk.submit_what_is_worked_on, 0, HOOK)),
        partial(walk.cancel_what_is_worked_on, 0),
        *([partial(walk.delete, 1)] if forgotten else []),
        *(done, partial(walk.replay_anything, 0), *([done] if dead else [])),
    )


def test_a_job_that_is_cancelled_while_its_unit_waits_to_be_tried_again_leaves_nothing(jobs):
    walk = jobs()
    walked(
        walk,
        *(partial(walk.submit, **SENT, owner=OWNERS[0]), walk.take, partial(walk.retry_later, 0)),
        *(partial(walk.cancel, 0), walk.take, partial(walk.a_worker_that_lost_its_unit_acts, 0, STALE[0])),
    )
