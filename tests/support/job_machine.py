"""Everything that can happen to jobs, as a state machine driven by Hypothesis or by a test.

Each step is done to a real Redis and to `tests/support/job_model.py`. After each step, Redis must hold what the model
says.
"""

from collections import Counter
from dataclasses import replace

from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
)

from services import keys
from services.errors import QueueFull
from services.jobs.record import AWAITING_UPLOAD, COMPLETED, FAILED, PROBE_OWNER, PROCESSING, QUEUED, RETRYING
from services.jobs.store import Retention
from services.jobs.unit_queue import LAST, LOST, MORE, PageOutcome, Unit
from services.jobs.units import HEAVY
from tests.support.job_checks import JobChecks
from tests.support.job_model import DELAYED, HELD, READY, JobModel
from tests.support.jobs import ERROR, Work, packed, page, record
from tests.support.redis_snapshot import RedisSnapshot

WEBHOOK = "https://example.com/hook"
#: Contents and their number of pages: one unit, one unit, three units.
CONTENTS = {"receipt": 1, "letter": 2, "book": 12}
OWNERS = ("@client", PROBE_OWNER)
PICK = st.integers(0, 20)

#: What a worker may try with a unit that it has lost. All of it must be rejected.
LOST_UNIT_ACTIONS = (
    lambda queue, unit, job: queue.renew(unit) is False,
    lambda queue, unit, job: queue.start_step(unit, unit.number) == 0,
    lambda queue, unit, job: queue.save_pages(unit, [PageOutcome(unit.number, page(unit.number))]) is False,
    lambda queue, unit, job: queue.end_unit(unit, 1.0)[0] == LOST,
    lambda queue, unit, job: queue.complete(unit, packed("stale"), 1, True, True) == 0,
    lambda queue, unit, job: queue.fail(unit, job, ERROR, True) == 0,
    lambda queue, unit, job: queue.requeue(unit, RETRYING, delay=60) is False,
    lambda queue, unit, job: queue.requeue(unit, QUEUED, tries_back=1) is False,
    lambda queue, unit, job: queue.put_aside(unit) is False,
    lambda queue, unit, job: queue.others_wait(unit, 30) is False,
)


def has_job(self) -> bool:
    return bool(self.model.jobs)


def has_held_unit(self) -> bool:
    return bool(self.model.units(HELD))


class JobMachine(JobChecks, RuleBasedStateMachine):
    """Clients, workers, the sweeper and time, in any order. Set `redis` before use."""

    redis = None

    @initialize()
    def begin(self):
        self.redis.client.flushdb()
        self.listener = self.redis.client.pubsub(ignore_subscribe_messages=True)
        self.listener.subscribe(keys.EVENTS)
        self.listener.get_message(timeout=1)
        self.work = Work(self.redis, Retention(result_ttl=60, cache_ttl=30, cache_size=100))
        self.store, self.unit_queue = self.work.store, self.work.unit_queue
        self.model, self.events = JobModel(), Counter()
        self.model.heavy = self._heavy
        self.snapshot = RedisSnapshot(self.redis.client)
        self.taken: list[Unit] = []
        self.statuses: dict[str, str] = {}
        #: The script that the current step runs, or "time".
        self.cause = ""

    # Clients

    @rule(
        content=st.sampled_from([*CONTENTS]),
        owner=st.sampled_from([OWNERS[0], *OWNERS]),
        webhook=st.sampled_from(["", WEBHOOK]),
        longest_wait=st.sampled_from([0.0, 0.0, 2.0, 6.0]),
    )
    def submit(self, content, owner, webhook, longest_wait):
        self._submit(self._record(content, owner, callback_url=webhook), longest_wait)

    @rule(pick=PICK, webhook=st.sampled_from(["", WEBHOOK]))
    @precondition(lambda self: self.model.open_work)
    def submit_content_in_progress(self, pick, webhook):
        leader = self.model.jobs[self._pick(pick, [*self.model.open_work])].record
        content = leader.cache_key.removeprefix(leader.owner).strip()
        self._submit(self._record(content, leader.owner, callback_url=webhook), 0.0)

    @rule(pick=PICK)
    @precondition(lambda self: self._submitted())
    def submit_again(self, pick):
        self._submit(self._pick(pick, self._submitted()).record, 0.0)

    @rule(
        content=st.sampled_from([*CONTENTS]),
        webhook=st.sampled_from(["", WEBHOOK]),
        longest_wait=st.sampled_from([0.0, 0.0, 6.0]),
    )
    def announce(self, content, webhook, longest_wait):
        planned = self._record(content, OWNERS[0], callback_url=webhook, upload_expires_at=1e10)
        announced = replace(
            planned, status=AWAITING_UPLOAD, stage=AWAITING_UPLOAD, cache_key="", pages_total=0, units=1
        )
        self.cause = "announce"
        try:
            stored = self.store.announce(announced, longest_wait)
        except QueueFull:
            stored = None
        assert bool(stored) == self.model.announce(announced, longest_wait)
        if stored:
            assert stored == self.store.get(announced.id)
            assert self.store.announce(announced) is None, "a job is announced once"

    @rule(pick=PICK, content=st.sampled_from([*CONTENTS]))
    @precondition(lambda self: self._announced())
    def upload_arrives(self, pick, content):
        """Also for a job that was cancelled or deleted while its file was inspected."""
        job = self._pick(pick, self._announced())
        planned = self._record(content, job.record.owner, id=job.record.id, callback_url=job.record.callback_url)
        self._submit(replace(planned, upload_expires_at=1e10), 0.0)

    @rule(pick=PICK, code=st.sampled_from(["upload_expired", "upload_mismatch"]))
    @precondition(lambda self: self._announced())
    def upload_rejected(self, pick, code):
        job_id = self._pick(pick, self._announced()).record.id
        self.cause = "reject_upload"
        assert self.store.reject_upload(job_id, {**ERROR, "code": code}) == self.model.reject_upload(job_id, code)

    @rule(pick=PICK)
    @precondition(lambda self: self.model.open_work)
    def cancel_leader(self, pick):
        """Preferably a job with followers."""
        followed = [job_id for job_id, work in self.model.open_work.items() if work.followers]
        self._cancel(self._pick(pick, followed or [*self.model.open_work]))

    @rule(pick=PICK)
    @precondition(has_job)
    def cancel(self, pick):
        self._cancel(self._job(pick).record.id)

    def _cancel(self, job_id):
        self.cause = "cancel"
        assert self.store.cancel(job_id) == self.model.cancel(job_id)

    @rule(pick=PICK)
    @precondition(has_job)
    def delete(self, pick):
        job_id = self._job(pick).record.id
        self.cause = "delete"
        deleted, expected = self.store.delete(job_id), self.model.delete(job_id)
        assert (deleted and deleted.upload) == expected

    # The operator

    @rule(pick=PICK)
    @precondition(lambda self: self.model.dead_letters)
    def replay(self, pick):
        self._replay(self._pick(pick, sorted(self.model.dead_letters)))

    @rule(pick=PICK)
    @precondition(has_job)
    def replay_any_job(self, pick):
        self._replay(self._job(pick).record.id)

    # Workers. A ticket only causes a `take`, so a ticket that arrives twice is one more `take`.

    @rule()
    def take(self):
        ready = self.model.units(READY)
        unit = self.unit_queue.take(f"worker-{len(self.taken)}")
        assert unit or set(ready) <= self._heavy()[1]
        held = [self._held_unit(index) for index in range(len(self.model.units(HELD)))]
        assert unit or not ready or any(one.heavy for one in held), "a heavy unit has its place"
        self.cause = "take"
        if unit:
            assert (unit.job_id, unit.number) in ready
            assert unit.tries == self.model.take(unit.job_id, unit.number, unit.token)
            self.taken.append(unit)

    @rule(pick=PICK)
    @precondition(has_held_unit)
    def renew(self, pick):
        assert self.unit_queue.renew(self._held_unit(pick))

    @rule(pick=PICK)
    @precondition(has_held_unit)
    def start_page(self, pick):
        unit, number = self._page(pick)
        assert self.unit_queue.start_step(unit, number) == self.model.start_step(unit.job_id, number)

    @rule(pick=PICK, success=st.booleans(), times=st.integers(1, 2))
    @precondition(has_held_unit)
    def save_page(self, pick, success, times):
        """Twice if the first reply was lost."""
        unit, number = self._page(pick)
        assert all(self.work.save_page(unit, number, success=success) for _ in range(times))
        self.model.save_page(unit.job_id, number)

    @rule(pick=PICK)
    @precondition(has_held_unit)
    def end_unit(self, pick):
        unit = self._held_unit(pick)
        last = self.model.end_unit(unit.job_id, unit.number)
        assert self.unit_queue.end_unit(unit, 1.0)[0] == (LAST if last else MORE)

    @rule(pick=PICK, cacheable=st.booleans(), dead_letter=st.booleans())
    @precondition(has_held_unit)
    def complete(self, pick, cacheable, dead_letter):
        unit = self._held_unit(pick)
        if self.model.open_work[unit.job_id].left > 1:
            self._changes_nothing(lambda: self.unit_queue.complete(unit, packed(""), 1, cacheable, dead_letter) == 0)
        else:
            dead_letter = dead_letter and self._possible_dead_letters(unit) == 1
            cacheable = cacheable and not dead_letter
            pages = self.model.jobs[unit.job_id].record.pages_total
            reply = self.unit_queue.complete(unit, packed(unit.job_id), pages, cacheable, dead_letter)
            self._check_finished(unit, COMPLETED, "", cacheable, dead_letter, reply)

    @rule(pick=PICK, dead_letter=st.booleans())
    @precondition(has_held_unit)
    def fail(self, pick, dead_letter):
        unit = self._held_unit(pick)
        dead_letter = dead_letter and self._possible_dead_letters(unit) == 1
        reply = self.unit_queue.fail(unit, self.model.jobs[unit.job_id].record, ERROR, dead_letter)
        self._check_finished(unit, FAILED, ERROR["code"], False, dead_letter, reply)

    @rule(dead_letter=st.booleans())
    @precondition(lambda self: self.model.units(READY))
    def finish_a_unit(self, dead_letter):
        """The usual case."""
        before = len(self.taken)
        self.take()
        if len(self.taken) == before:
            return
        if self.model.open_work[self.taken[-1].job_id].left > 1:
            self.end_unit(0)
        else:
            self.complete(0, cacheable=True, dead_letter=dead_letter)

    @rule(pick=PICK)
    @precondition(has_held_unit)
    def retry_later(self, pick):
        unit = self._held_unit(pick)
        assert self.unit_queue.requeue(unit, RETRYING, delay=60)
        self.model.requeue(unit.job_id, unit.number, DELAYED, RETRYING, "retry")

    @rule(pick=PICK)
    @precondition(has_held_unit)
    def hand_back(self, pick):
        unit = self._held_unit(pick)
        assert self.unit_queue.requeue(unit, QUEUED, tries_back=1)
        self.model.requeue(unit.job_id, unit.number, READY, QUEUED, "handed_back", tries_back=1)

    @rule(pick=PICK)
    @precondition(has_held_unit)
    def put_aside(self, pick):
        unit = self._held_unit(pick)
        assert self.unit_queue.put_aside(unit)
        self.model.requeue(unit.job_id, unit.number, READY, QUEUED, "put_aside")

    @rule(seconds=st.sampled_from([1, 30]), pick=PICK)
    @precondition(has_held_unit)
    def ask_whether_others_wait(self, seconds, pick):
        unit = self._held_unit(pick)
        self._changes_nothing(lambda: self.unit_queue.others_wait(unit, seconds) in (False, True))

    @rule()
    def owners_are_no_longer_heavy(self):
        self.redis.client.delete(keys.HEAVY)

    @rule(pick=PICK, action=st.sampled_from(LOST_UNIT_ACTIONS))
    @precondition(lambda self: self._lost_units())
    def use_a_lost_unit(self, pick, action):
        unit = self._pick(pick, self._lost_units())
        self._changes_nothing(lambda: action(self.unit_queue, unit, self.model.jobs[unit.job_id].record))

    # Time and crashes

    @rule(pick=PICK)
    @precondition(has_held_unit)
    def worker_dies(self, pick):
        """Its lease expires, and the sweeper requeues its unit."""
        unit = self._held_unit(pick)
        member = (unit.job_id, unit.number)
        self._changes_nothing(lambda: not self.unit_queue.recover(member))
        self.redis.client.zadd(keys.LEASES, {f"{unit.job_id}/{unit.number}": 1})
        assert self.unit_queue.expired_leases() == [member]
        assert self.unit_queue.recover(member)
        self._changes_nothing(lambda: not self.unit_queue.recover(member))
        self.model.requeue(unit.job_id, unit.number, READY, QUEUED, "worker_died")

    @rule(pick=PICK)
    @precondition(lambda self: self.model.units(DELAYED))
    def delayed_unit_is_due(self, pick):
        job_id, number = self._pick(pick, self.model.units(DELAYED))
        self.redis.client.zadd(keys.DELAYED, {f"{job_id}/{number}": 1})
        self.model.open_work[job_id].units[number].state = READY
        self.take()

    @rule(pick=PICK)
    @precondition(lambda self: self._expiring(keys.JOB))
    def record_expires(self, pick):
        job_id = self._pick(pick, self._expiring(keys.JOB))
        self.redis.client.delete(keys.JOB + job_id)
        job = self.model.jobs[job_id]
        if job.has_result:
            self.redis.client.zrem(keys.RESULT_JOBS + job.result, job_id)
            job.has_result = False
            if job.result not in self.model.results():
                self.redis.client.delete(keys.RESULT + job.result)
        self.redis.client.zadd(keys.DEAD, {job_id: 1}, xx=True)
        self.cause = "time"
        self.model.remove_record(job_id)

    @rule(pick=PICK)
    @precondition(lambda self: self._expiring(keys.RESULT))
    def result_expires(self, pick):
        job_id = self._pick(pick, self._expiring(keys.RESULT))
        self.redis.client.delete(keys.RESULT + job_id, keys.RESULT_JOBS + job_id)
        for job in self.model.jobs.values():
            job.has_result = job.has_result and job.result != job_id

    @rule(pick=PICK)
    @precondition(lambda self: self.model.cache)
    def cache_entry_expires(self, pick):
        content = self._pick(pick, sorted(self.model.cache))
        self.redis.client.delete(keys.CACHE + content)
        self.redis.client.zrem(keys.CACHE_INDEX, content)
        del self.model.cache[content]

    # After each step

    @invariant()
    def state_is_valid(self):
        self.snapshot = RedisSnapshot(self.redis.client)
        self.check(self.snapshot)

    def teardown(self):
        if hasattr(self, "listener"):
            self.listener.close()

    # Helpers

    def _record(self, content, owner, **changes):
        """Ids count up so that a run can be repeated: units with the same turn are taken in order of their names."""
        changes.setdefault("id", f"job-{len(self.model.jobs):03}")
        return record(f"{owner} {content}", CONTENTS[content], owner=owner, **changes)

    def _submit(self, planned, longest_wait):
        self.cause = "submit"
        try:
            submitted = self.store.submit(planned, longest_wait)
        except QueueFull:
            assert self.model.submit(planned, longest_wait) == "busy"
            return
        assert submitted.outcome == self.model.submit(planned, longest_wait)
        if submitted.is_stored:
            assert submitted.record == self.store.get(planned.id)

    def _replay(self, job_id):
        self.cause = "replay"
        assert self.store.replay(job_id) == self.model.replay(job_id)

    def _check_finished(self, unit, status, code, cacheable, dead_letter, reply):
        self.cause = "finish"
        ended = self.model.finish(unit.job_id, status, code, cacheable)
        job = self.model.jobs[unit.job_id]
        expected = dead_letter and job.record.owner != PROBE_OWNER
        assert reply == (2 if expected else 1)
        if expected:
            stored = {member.decode() for member in self.redis.client.zrange(keys.DEAD, 0, -1)}
            (new,) = stored - self.model.dead_letters
            assert new in ended and (new == unit.job_id or unit.job_id not in ended)
            self.model.add_dead_letter(new, job.upload)

    def _possible_dead_letters(self, unit):
        """How many jobs could become the dead letter. If the leader was cancelled, Redis may take any of the followers,
        and a run could not be repeated."""
        leader_runs = self.model.jobs[unit.job_id].status == PROCESSING
        return 1 if leader_runs else len(self.model.open_work[unit.job_id].followers)

    def _changes_nothing(self, step):
        before = RedisSnapshot(self.redis.client)
        assert step()
        after = RedisSnapshot(self.redis.client)
        assert (after.values, after.expiring) == (before.values, before.expiring)

    def _holds(self, unit):
        return self.model.holds(unit.job_id, unit.number, unit.token)

    def _heavy(self):
        owners = {owner.decode() for owner in self.redis.client.zrange(keys.HEAVY, 0, -1)}
        members = (member.decode().split("/") for member in self.redis.client.zrange(keys.READY + HEAVY, 0, -1))
        return owners, {(job_id, int(number)) for job_id, number in members}

    def _held_unit(self, pick):
        return self._pick(pick, [unit for unit in self.taken if self._holds(unit)])

    def _lost_units(self):
        return [unit for unit in self.taken if not self._holds(unit)]

    def _page(self, pick):
        unit = self._held_unit(pick)
        return unit, self._pick(pick, self.model.pages_of(unit.job_id, unit.number))

    def _job(self, pick):
        return self._pick(pick, [*self.model.jobs.values()])

    def _submitted(self):
        """Jobs whose file has arrived and whose record exists."""
        return [job for job in self.model.jobs.values() if job.exists and job.status != AWAITING_UPLOAD]

    def _announced(self):
        return [job for job in self.model.jobs.values() if job.announced]

    def _expiring(self, prefix):
        return [job_id for job_id in self.model.jobs if prefix + job_id in self.snapshot.expiring]

    def _pick(self, pick, among):
        """Small numbers pick the newest."""
        return among[-1 - pick % len(among)]
