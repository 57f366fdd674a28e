"""All that can happen to jobs, as a machine that Hypothesis or a test by hand drives.

Each step is done to a real Redis and to `tests/support/job_model.py`; after each, all that is kept in Redis has to be
what the model says.
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
from services.jobs.record import AWAITING_UPLOAD, COMPLETED, FAILED, PROCESSING
from services.jobs.store import Retention
from services.jobs.unit_queue import LAST, LOST, MORE, PageOutcome
from services.jobs.unit_queue import Unit as TakenUnit
from tests.support.job_checks import JobChecks
from tests.support.job_model import DELAYED, HELD, READY, JobModel
from tests.support.jobs import ERROR, Work, page, record
from tests.support.kept import Kept

HOOK = "https://example.com/hook"
#: Pages of the contents that are sent, one unit or three.
CONTENTS = {"receipt": 1, "letter": 2, "book": 12}
OWNERS = ("@client", "@probe")
PICK = st.integers(0, 20)

#: What a worker may try with a unit that it holds no more. All of it is to be refused.
STALE = (
    lambda queue, unit, job: queue.renew(unit) is False,
    lambda queue, unit, job: queue.begin(unit, unit.number) == 0,
    lambda queue, unit, job: queue.keep(unit, [PageOutcome(unit.number, page(unit.number))]) is False,
    lambda queue, unit, job: queue.end_unit(unit, 1.0)[0] == LOST,
    lambda queue, unit, job: queue.complete(unit, {"text": "stale"}, 1, True, True) == 0,
    lambda queue, unit, job: queue.fail(unit, job, ERROR, True) == 0,
    lambda queue, unit, job: queue.requeue(unit, "retrying", delay=60) is False,
    lambda queue, unit, job: queue.requeue(unit, "queued", tries_back=1) is False,
)


def some_job(self) -> bool:
    return bool(self.model.jobs)


def some_unit(self) -> bool:
    return bool(self.model.units(HELD))


class Jobs(JobChecks, RuleBasedStateMachine):
    """Clients, workers, the sweeper and time, in any order."""

    redis = None

    @initialize()
    def begin(self):
        self.redis.client.flushdb()
        self.listener = self.redis.client.pubsub(ignore_subscribe_messages=True)
        self.listener.subscribe(keys.EVENTS)
        self.listener.get_message(timeout=1)
        self.work = Work(self.redis, Retention(result_ttl=60, cache_ttl=30, cache_size=100))
        self.store, self.queue = self.work.store, self.work.queue
        self.model, self.heard = JobModel(), Counter()
        self.kept = Kept(self.redis.client)
        self.taken: list[TakenUnit] = []
        self.statuses: dict[str, str] = {}
        self.by = ""

    # Clients

    @rule(
        content=st.sampled_from([*CONTENTS]),
        owner=st.sampled_from([OWNERS[0], *OWNERS]),
        hook=st.sampled_from(["", HOOK]),
        longest_wait=st.sampled_from([0.0, 0.0, 2.0, 6.0]),
    )
    def submit(self, content, owner, hook, longest_wait):
        self._submit(self._record(content, owner, callback_url=hook), longest_wait)

    @rule(pick=PICK, hook=st.sampled_from(["", HOOK]))
    @precondition(lambda self: self.model.work)
    def submit_what_is_worked_on(self, pick, hook):
        leader = self.model.jobs[self._pick(pick, [*self.model.work])].record
        content = leader.cache_key.removeprefix(leader.owner).strip()
        self._submit(self._record(content, leader.owner, callback_url=hook), 0.0)

    @rule(pick=PICK)
    @precondition(lambda self: self._sent())
    def submit_again(self, pick):
        self._submit(self._pick(pick, self._sent()).record, 0.0)

    @rule(
        content=st.sampled_from([*CONTENTS]),
        hook=st.sampled_from(["", HOOK]),
        longest_wait=st.sampled_from([0.0, 0.0, 6.0]),
    )
    def announce(self, content, hook, longest_wait):
        sent = self._record(content, OWNERS[0], callback_url=hook, upload_expires_at=1e10)
        announced = replace(sent, status=AWAITING_UPLOAD, stage=AWAITING_UPLOAD, cache_key="", pages_total=0, units=1)
        self.by = "announce"
        try:
            taken = self.store.announce(announced, longest_wait)
        except QueueFull:
            taken = False
        assert taken == self.model.announce(announced, longest_wait)
        assert not taken or not self.store.announce(announced), "once"

    @rule(pick=PICK, content=st.sampled_from([*CONTENTS]))
    @precondition(lambda self: self._announced())
    def upload_arrives(self, pick, content):
        """At any time: also of a job that was cancelled or forgotten while its file was looked at."""
        job = self._pick(pick, self._announced())
        sent = self._record(content, job.record.owner, id=job.record.id, callback_url=job.record.callback_url)
        self._submit(replace(sent, upload_expires_at=1e10), 0.0)

    @rule(pick=PICK, code=st.sampled_from(["upload_expired", "upload_mismatch"]))
    @precondition(lambda self: self._announced())
    def upload_refused(self, pick, code):
        job = self._pick(pick, self._announced())
        self.by = "refuse"
        assert self.store.refuse(job.record.id, {**ERROR, "code": code}) == self.model.refuse(job.record.id, code)

    @rule(pick=PICK)
    @precondition(lambda self: self.model.work)
    def cancel_what_is_worked_on(self, pick):
        """Rather what others wait for."""
        followed = [job_id for job_id, work in self.model.work.items() if work.followers]
        self._cancel(self._pick(pick, followed or [*self.model.work]))

    @rule(pick=PICK)
    @precondition(some_job)
    def cancel(self, pick):
        self._cancel(self._job(pick).record.id)

    def _cancel(self, job_id):
        self.by = "cancel"
        assert self.store.cancel(job_id) == self.model.cancel(job_id)

    @rule(pick=PICK)
    @precondition(some_job)
    def delete(self, pick):
        job_id = self._job(pick).record.id
        self.by = "delete"
        assert self.store.delete(job_id) == self.model.delete(job_id)

    # The operator

    @rule(pick=PICK)
    @precondition(lambda self: self.model.dead)
    def replay(self, pick):
        self._replay(self._pick(pick, sorted(self.model.dead)))

    @rule(pick=PICK)
    @precondition(some_job)
    def replay_anything(self, pick):
        self._replay(self._job(pick).record.id)

    # Workers: tickets are worth nothing by themselves, so one that comes twice is one more `take`

    @rule()
    def take(self):
        ready = self.model.units(READY)
        unit = self.queue.take(f"worker-{len(self.taken)}")
        assert (unit is None) == (not ready)
        self.by = "take"
        if unit:
            assert (unit.job_id, unit.number) in ready
            assert unit.tries == self.model.take(unit.job_id, unit.number, unit.token)
            self.taken.append(unit)

    @rule(pick=PICK)
    @precondition(some_unit)
    def renew(self, pick):
        assert self.queue.renew(self._held(pick))

    @rule(pick=PICK)
    @precondition(some_unit)
    def begin_page(self, pick):
        unit, number = self._page(pick)
        assert self.queue.begin(unit, number) == self.model.begin(unit.job_id, number)

    @rule(pick=PICK, success=st.booleans(), times=st.integers(1, 2))
    @precondition(some_unit)
    def keep_page(self, pick, success, times):
        """Twice where the first answer was lost."""
        unit, number = self._page(pick)
        assert all(self.work.keep(unit, number, success=success) for _ in range(times))
        self.model.keep(unit.job_id, number)

    @rule(pick=PICK)
    @precondition(some_unit)
    def end_unit(self, pick):
        unit = self._held(pick)
        last = self.model.end_unit(unit.job_id, unit.number)
        assert self.queue.end_unit(unit, 1.0)[0] == (LAST if last else MORE)

    @rule(pick=PICK, cacheable=st.booleans(), dead=st.booleans())
    @precondition(some_unit)
    def complete(self, pick, cacheable, dead):
        unit = self._held(pick)
        if self.model.work[unit.job_id].left > 1:
            self._changes_nothing(lambda: self.queue.complete(unit, {}, 1, cacheable, dead) == 0)
        else:
            dead = dead and self._heirs(unit) == 1
            pages = self.model.jobs[unit.job_id].record.pages_total
            answer = self.queue.complete(unit, {"text": unit.job_id}, pages, cacheable and not dead, dead)
            self._finished(unit, COMPLETED, "", cacheable and not dead, dead, answer)

    @rule(pick=PICK, dead=st.booleans())
    @precondition(some_unit)
    def fail(self, pick, dead):
        unit = self._held(pick)
        dead = dead and self._heirs(unit) == 1
        answer = self.queue.fail(unit, self.model.jobs[unit.job_id].record, ERROR, dead)
        self._finished(unit, FAILED, ERROR["code"], False, dead, answer)

    @rule(dead=st.booleans())
    @precondition(lambda self: self.model.units(READY))
    def a_unit_is_done(self, dead):
        """As it mostly goes."""
        self.take()
        if self.model.work[self.taken[-1].job_id].left > 1:
            self.end_unit(0)
        else:
            self.complete(0, cacheable=True, dead=dead)

    @rule(pick=PICK)
    @precondition(some_unit)
    def retry_later(self, pick):
        unit = self._held(pick)
        assert self.queue.requeue(unit, "retrying", delay=60)
        self.model.requeue(unit.job_id, unit.number, DELAYED, "retrying", "retry")

    @rule(pick=PICK)
    @precondition(some_unit)
    def hand_back(self, pick):
        unit = self._held(pick)
        assert self.queue.requeue(unit, "queued", tries_back=1)
        self.model.requeue(unit.job_id, unit.number, READY, "queued", "handed_back", tries_back=1)

    @rule(pick=PICK, act=st.sampled_from(STALE))
    @precondition(lambda self: self._lost())
    def a_worker_that_lost_its_unit_acts(self, pick, act):
        unit = self._pick(pick, self._lost())
        self._changes_nothing(lambda: act(self.queue, unit, self.model.jobs[unit.job_id].record))

    # Time and crashes

    @rule(pick=PICK)
    @precondition(some_unit)
    def a_worker_dies(self, pick):
        """Its lease runs out, and the sweeper gives its unit back."""
        unit = self._held(pick)
        member = (unit.job_id, unit.number)
        self._changes_nothing(lambda: not self.queue.recover(member))
        self.redis.client.zadd(keys.LEASES, {f"{unit.job_id}/{unit.number}": 1})
        assert self.queue.expired() == [member]
        assert self.queue.recover(member)
        self._changes_nothing(lambda: not self.queue.recover(member))
        self.model.requeue(unit.job_id, unit.number, READY, "queued", "worker_died")

    @rule(pick=PICK)
    @precondition(lambda self: self.model.units(DELAYED))
    def a_delayed_unit_is_due(self, pick):
        job_id, number = self._pick(pick, self.model.units(DELAYED))
        self.redis.client.zadd(keys.DELAYED, {f"{job_id}/{number}": 1})
        self.model.work[job_id].units[number].place = READY
        self.take()

    @rule(pick=PICK)
    @precondition(lambda self: self._expiring(keys.JOB))
    def a_record_expires(self, pick):
        """Everything that has a time to live is gone when its time has come, and nothing else."""
        job_id = self._pick(pick, self._expiring(keys.JOB))
        self.redis.client.delete(keys.JOB + job_id, keys.RESULT + job_id)
        self.redis.client.zadd(keys.DEAD, {job_id: 1}, xx=True)
        self.by = "time"
        self.model.vanish(job_id)

    @rule(pick=PICK)
    @precondition(lambda self: self._expiring(keys.RESULT))
    def a_result_expires(self, pick):
        job_id = self._pick(pick, self._expiring(keys.RESULT))
        self.redis.client.delete(keys.RESULT + job_id)
        self.model.jobs[job_id].has_result = False

    @rule(pick=PICK)
    @precondition(lambda self: self.model.cache)
    def the_cache_forgets(self, pick):
        content = self._pick(pick, sorted(self.model.cache))
        self.redis.client.delete(keys.CACHE + content)
        self.redis.client.zrem(keys.CACHE_INDEX, content)
        self.model.cache.remove(content)

    # What must hold after each step

    @invariant()
    def the_state_is_one_that_may_be(self):
        kept = self.kept = Kept(self.redis.client)
        self.check(kept)

    def teardown(self):
        if hasattr(self, "listener"):
            self.listener.close()

    # In fewer words

    def _record(self, content, owner, **changes):
        """Ids count up: a walk is to go the same way whenever it is gone, and units whose turn it is at once are taken
        by their names."""
        changes.setdefault("id", f"job-{len(self.model.jobs):03}")
        return record(f"{owner} {content}", CONTENTS[content], owner=owner, **changes)

    def _submit(self, sent, longest_wait):
        self.by = "submit"
        try:
            outcome = self.store.submit(sent, longest_wait)
        except QueueFull:
            outcome = "busy"
        assert outcome == self.model.submit(sent, longest_wait)

    def _replay(self, job_id):
        self.by = "replay"
        assert self.store.replay(job_id) == self.model.replay(job_id)

    def _finished(self, unit, status, code, cacheable, dead, answer):
        self.by = "finish"
        ended = self.model.finish(unit.job_id, status, code, cacheable)
        upload = self.model.jobs[unit.job_id].upload
        buried = dead and self.model.jobs[unit.job_id].record.owner != "@probe"
        assert answer == (2 if buried else 1)
        if buried:
            (letter,) = {member.decode() for member in self.redis.client.zrange(keys.DEAD, 0, -1)} - self.model.dead
            assert letter in ended and (letter == unit.job_id or unit.job_id not in ended)
            self.model.bury(letter, upload)

    def _heirs(self, unit):
        """How many jobs could become the dead letter. Redis does not say which one it takes among several followers of
        a job that was cancelled, and a walk is to go the same way whenever it is gone."""
        model = self.model
        leads = model.jobs[unit.job_id].status == PROCESSING
        return 1 if leads else len(model.work[unit.job_id].followers)

    def _changes_nothing(self, step):
        before = Kept(self.redis.client)
        assert step()
        after = Kept(self.redis.client)
        assert (after.everything, after.expiring) == (before.everything, before.expiring)

    def _holds(self, unit):
        return self.model.holds(unit.job_id, unit.number, unit.token)

    def _held(self, pick):
        return self._pick(pick, [unit for unit in self.taken if self._holds(unit)])

    def _page(self, pick):
        unit = self._held(pick)
        return unit, self._pick(pick, self.model.pages_of(unit.job_id, unit.number))

    def _job(self, pick):
        return self._pick(pick, [*self.model.jobs.values()])

    def _sent(self):
        """Jobs whose file was seen, and whose record is there."""
        return [job for job in self.model.jobs.values() if job.there and job.status != AWAITING_UPLOAD]

    def _announced(self):
        return [job for job in self.model.jobs.values() if job.announced]

    def _lost(self):
        return [unit for unit in self.taken if not self._holds(unit)]

    def _expiring(self, prefix):
        return [job_id for job_id in self.model.jobs if prefix + job_id in self.kept.expiring]

    def _pick(self, pick, among):
        """One of them, rather one of the last."""
        return among[-1 - pick % len(among)]
