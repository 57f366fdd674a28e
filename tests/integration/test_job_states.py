"""No order of events brings a job into an undocumented state, loses work, does work twice, or leaves keys in Redis.

docs/jobs.md documents the states and their changes.

Hypothesis chooses the order for the machine in `tests/support/job_machine.py`. With `HYPOTHESIS_PROFILE=long` it runs
longer, and differently each time.
"""

import os
from functools import partial

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from services.jobs import unit_queue
from tests.support.job_checks import CHANGES
from tests.support.job_client_rules import OWNERS, WEBHOOK
from tests.support.job_machine import JobMachine
from tests.support.job_worker_rules import LOST_UNIT_ACTIONS

settings.register_profile("test", max_examples=60, stateful_step_count=100, derandomize=True, database=None)
settings.register_profile("long", max_examples=3000, stateful_step_count=80)
PROFILE = settings(
    settings.get_profile(os.environ.get("HYPOTHESIS_PROFILE", "test")),
    deadline=None,
    report_multiple_bugs=False,
    suppress_health_check=list(HealthCheck),
)


@pytest.fixture
def machine_class(redis, monkeypatch):
    """The machine, to be driven by a test or by Hypothesis."""
    monkeypatch.setattr(unit_queue, "LEASE_SECONDS", 600)  # leases expire when the machine says so, not before
    JobMachine.redis = redis
    return JobMachine


@pytest.fixture
def machine(machine_class):
    return machine_class()


@pytest.mark.timeout(1800)  # after a failure, Hypothesis searches for the shortest example
def test_every_order_of_events_keeps_jobs_valid(machine_class):
    run_state_machine_as_test(machine_class, settings=PROFILE)


def run(machine, *steps) -> set:
    """Do these steps. Returns the changes of state that occurred."""
    machine.begin()
    seen = set()
    for step in steps:
        step()
        machine.state_is_valid()
        seen |= machine.changes
    machine.teardown()
    return seen


RECEIPT = {"content": "receipt", "webhook": WEBHOOK, "longest_wait": 0.0}


def test_every_documented_change_occurs(machine):
    submit, announce = partial(machine.submit, **RECEIPT, owner=OWNERS[0]), partial(machine.announce, **RECEIPT)
    reject = partial(machine.upload_rejected, 0, "upload_expired")
    arrive = partial(machine.upload_arrives, 0, "receipt")
    cancel, delete, expire = (partial(step, 0) for step in (machine.cancel, machine.delete, machine.record_expires))
    replay, fail = partial(machine.replay, 0), partial(machine.fail, 0, dead_letter=True)
    seen = run(
        machine,
        *(submit, partial(machine.finish_a_unit, dead_letter=True), replay, machine.take, fail, replay, cancel, delete),
        *(submit, cancel, expire, announce, cancel, announce, reject, delete, announce, reject, expire),
        *(announce, arrive, partial(machine.finish_a_unit, dead_letter=False)),
        *(submit, announce, arrive, delete, expire),
    )
    assert seen == CHANGES


@pytest.mark.parametrize("deleted", [False, True])
@pytest.mark.parametrize("dead_letter", [False, True])
def test_work_continues_for_the_follower_of_a_cancelled_job(machine, dead_letter, deleted):
    finish = partial(machine.finish_a_unit, dead_letter=dead_letter)
    run(
        machine,
        partial(machine.submit, **RECEIPT, owner=OWNERS[0]),
        partial(machine.submit_content_in_progress, 0, WEBHOOK),
        partial(machine.cancel_leader, 0),
        *([partial(machine.delete, 1)] if deleted else []),
        *(finish, partial(machine.replay_any_job, 0), *([finish] if dead_letter else [])),
    )


def test_cancelling_a_job_with_a_delayed_unit_leaves_no_keys(machine):
    run(
        machine,
        *(partial(machine.submit, **RECEIPT, owner=OWNERS[0]), machine.take, partial(machine.retry_later, 0)),
        *(partial(machine.cancel, 0), machine.take, partial(machine.use_a_lost_unit, 0, LOST_UNIT_ACTIONS[0])),
    )
