"""Everything that can happen to jobs, as a state machine driven by Hypothesis or by a test.

Each step is done to a real Redis and to `tests/support/job_model.py`. After each step, Redis must hold what the model
says. The steps are in `job_client_rules.py`, `job_worker_rules.py` and `job_time_rules.py`.
"""

from collections import Counter

from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant

from services import keys
from services.jobs.store import Retention
from services.jobs.unit_queue import Unit
from tests.support.job_checks import JobChecks
from tests.support.job_client_rules import ClientRules
from tests.support.job_model import JobModel
from tests.support.job_time_rules import TimeRules
from tests.support.job_worker_rules import WorkerRules
from tests.support.jobs import Work
from tests.support.redis_snapshot import RedisSnapshot


class JobMachine(JobChecks, ClientRules, WorkerRules, TimeRules, RuleBasedStateMachine):
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

    @invariant()
    def state_is_valid(self):
        self.snapshot = RedisSnapshot(self.redis.client)
        self.check(self.snapshot)

    def teardown(self):
        if hasattr(self, "listener"):
            self.listener.close()
