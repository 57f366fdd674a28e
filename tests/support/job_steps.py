"""What all steps of the job machine share: what is picked for a step, and what a step must return."""

from hypothesis import strategies as st

from services import keys
from services.errors import QueueFull
from services.jobs.record import AWAITING_UPLOAD, PROBE_OWNER, PROCESSING
from services.jobs.units import HEAVY
from tests.support.job_model import HELD
from tests.support.jobs import record
from tests.support.redis_snapshot import RedisSnapshot

#: Contents and their number of pages: one unit, one unit, three units.
CONTENTS = {"receipt": 1, "letter": 2, "book": 12}
PICK = st.integers(0, 20)


def has_job(self) -> bool:
    return bool(self.model.jobs)


def has_held_unit(self) -> bool:
    return bool(self.model.units(HELD))


class JobSteps:
    """Mixin of the machine in `tests/support/job_machine.py`, which sets the attributes used here."""

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
