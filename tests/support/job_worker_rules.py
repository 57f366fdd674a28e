"""Steps of workers: take, renew, save, end, fail, hand back, and what a worker may try with a unit that it has lost."""

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from services import keys
from services.jobs.record import COMPLETED, FAILED, QUEUED, RETRYING
from services.jobs.unit_queue import LAST, LOST, MORE, PageOutcome
from tests.support.job_model import DELAYED, HELD, READY
from tests.support.job_steps import PICK, JobSteps, has_held_unit
from tests.support.jobs import ERROR, packed, page

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
    lambda queue, unit, job: queue.put_aside(unit, 30) is False,
    lambda queue, unit, job: queue.make_way(unit, 30) is False,
)


class WorkerRules(JobSteps):
    """Mixin of the machine in `tests/support/job_machine.py`. A ticket only causes a `take`, so a ticket that arrives
    twice is another `take`."""

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
        assert self.unit_queue.put_aside(unit, 30)
        self.model.requeue(unit.job_id, unit.number, READY, QUEUED, "put_aside")

    @rule(seconds=st.sampled_from([1, 30]), pick=PICK)
    @precondition(has_held_unit)
    def make_way(self, seconds, pick):
        """With the one worker of this machine, no unit becomes heavy where it is."""
        unit = self._held_unit(pick)
        self._changes_nothing(lambda: self.unit_queue.make_way(unit, seconds) in (False, True))

    @rule()
    def owners_are_no_longer_heavy(self):
        self.redis.client.delete(keys.HEAVY)

    @rule(pick=PICK, action=st.sampled_from(LOST_UNIT_ACTIONS))
    @precondition(lambda self: self._lost_units())
    def use_a_lost_unit(self, pick, action):
        unit = self._pick(pick, self._lost_units())
        self._changes_nothing(lambda: action(self.unit_queue, unit, self.model.jobs[unit.job_id].record))
