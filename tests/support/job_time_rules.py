"""Steps of time and crashes: workers die, delayed units become due, records, results and cache entries expire."""

from hypothesis.stateful import precondition, rule

from services import keys
from services.jobs.record import QUEUED
from tests.support.job_model import DELAYED, READY
from tests.support.job_steps import PICK, JobSteps, has_held_unit


class TimeRules(JobSteps):
    """Mixin of the machine in `tests/support/job_machine.py`."""

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
