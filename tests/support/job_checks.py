"""What must be true after each step: Redis holds what the model says, and every change was published."""

import json
import re
from pathlib import Path

from services import keys
from services.jobs.record import AWAITING_UPLOAD, PROCESSING
from services.jobs.units import HEAVY, LANES
from tests.support.job_model import DELAYED, HELD, READY

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "jobs.md"


def table(heading: str) -> list[list[str]]:
    """The rows of the table under a heading of docs/jobs.md, as lists of cells."""
    section = re.search(rf"^## {heading}\n(.*?)(?=^## |\Z)", DOCUMENT.read_text(), re.M | re.S).group(1)
    rows = [line.strip("|").split("|") for line in section.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in row] for row in rows[2:]]


def words(cell: str) -> list[str]:
    return [word.strip(" `") for word in cell.split(",")]


#: Documented changes: (status before, status after, script).
CHANGES = {tuple(cell.strip("`") for cell in row[:3]) for row in table("Changes of state")}
#: Documented stages of each status.
STAGES = {words(row[0])[0]: set(words(row[1])) for row in table("Stages")}


class JobChecks:
    """Mixin of the machine in `tests/support/job_machine.py`, which sets the attributes used here."""

    def check(self, snapshot):
        """snapshot: what is in Redis now."""
        self._check_changes(snapshot)
        self._check_records(snapshot)
        self._check_work(snapshot)
        self._check_lists(snapshot)
        self._check_no_other_keys(snapshot)
        self._check_events()

    def _check_changes(self, snapshot):
        statuses, self.changes = {}, set()
        for job_id, values in snapshot.with_prefix(keys.JOB).items():
            status = values["status"].decode()
            assert values["stage"].decode() in STAGES[status]
            if "hidden" not in values:
                statuses[job_id] = status
        for job_id in {*statuses, *self.statuses}:
            before, after = self.statuses.get(job_id, "new"), statuses.get(job_id, "gone")
            if before != after:
                assert (before, after, self.cause) in CHANGES, f"{before} -> {after} by {self.cause}"
                self.changes.add((before, after, self.cause))
        self.statuses = statuses

    def _check_records(self, snapshot):
        records = snapshot.with_prefix(keys.JOB)
        assert records.keys() == {job_id for job_id, job in self.model.jobs.items() if job.exists}
        for job_id, values in records.items():
            job = self.model.jobs[job_id]
            assert values["status"].decode() == job.status
            assert values.get("leader", b"").decode() == job.leader
            assert ("hidden" in values) == job.hidden
            needed = job.status in (AWAITING_UPLOAD, PROCESSING) or job_id in self.model.open_work
            assert (keys.JOB + job_id in snapshot.expiring) == (not needed), "only what is not needed expires"
            assert int(values.get("pages_done", 0)) <= int(values["pages_total"])
            assert ("cached" in values) == job.cached
            if job.leader:
                assert self.store.get(job_id).pages_done == len(self.model.open_work[job.leader].pages)
        results = snapshot.with_prefix(keys.RESULT)
        assert results.keys() == self.model.results()
        holders = {result: set(jobs) for result, jobs in snapshot.with_prefix(keys.RESULT_JOBS).items()}
        for result in self.model.results():
            having = {job_id for job_id, job in self.model.jobs.items() if job.has_result and job.result == result}
            assert holders[result] == having

    def _check_work(self, snapshot):
        ready, delayed, held = (
            {f"{job_id}/{number}" for job_id, number in self.model.units(state)} for state in (READY, DELAYED, HELD)
        )
        lanes = [set(snapshot.get(keys.READY + lane)) for lane in (*LANES, HEAVY)]
        assert sum(map(len, lanes)) == len(ready), "a unit waits in one lane"
        assert set().union(*lanes) == ready
        assert snapshot.get(keys.DELAYED).keys() == delayed
        assert snapshot.get(keys.LEASES).keys() == held
        assert snapshot.get(keys.WAITING).keys() == ready | delayed
        for job_id, work in self.model.open_work.items():
            self._check_open_work(snapshot, job_id, work)
        leaders = {content: job_id.decode() for content, job_id in snapshot.with_prefix(keys.INFLIGHT).items()}
        assert leaders == self.model.leaders

    def _check_open_work(self, snapshot, job_id, work):
        values = snapshot.get(keys.JOB + job_id)
        assert (values["open"], int(values["left"])) == (b"1", work.left)
        assert work.left > 0, "the last unit ends the job"
        tokens = {
            name.removeprefix("token:"): value.decode()
            for name, value in snapshot.get(keys.UNITS + job_id).items()
            if name.startswith("token:")
        }
        assert tokens == {str(number): work.units[number].token for number in work.numbers(HELD)}
        pages = {name for name in snapshot.get(keys.PAGES + job_id) if name.startswith("page:")}
        assert pages == {f"page:{number}" for number in work.pages}
        assert int(values.get("pages_done", 0)) == len(work.pages)
        assert snapshot.get(keys.FOLLOWERS + job_id) == (work.followers or {})

    def _check_lists(self, snapshot):
        model = self.model
        assert snapshot.get(keys.AWAITING).keys() == {
            job_id for job_id, job in model.jobs.items() if job.exists and job.status == AWAITING_UPLOAD
        }
        assert snapshot.get(keys.DEAD).keys() == model.dead_letters
        assert snapshot.get(keys.WEBHOOKS).keys() == model.webhooks
        assert {owner: set(jobs) for owner, jobs in snapshot.with_prefix(keys.OWNED).items()} == {
            owner: jobs for owner, jobs in model.owned.items() if jobs
        }
        assert {name: int(number) for name, number in snapshot.get(keys.COUNTERS).items()} == {
            name: number for name, number in model.counters.items() if number
        }
        assert self.unit_queue.uploads_in_use() == model.uploads_in_use()

    def _check_no_other_keys(self, snapshot):
        ids = {
            keys.JOB: {job_id for job_id, job in self.model.jobs.items() if job.exists},
            keys.RESULT: self.model.results(),
            keys.RESULT_JOBS: self.model.results(),
            **{prefix: set(self.model.open_work) for prefix in (keys.UNITS, keys.PAGES, keys.FOLLOWERS)},
        }
        for prefix, expected in ids.items():
            assert snapshot.with_prefix(prefix).keys() <= expected

    def _check_events(self):
        self.redis.client.publish(keys.EVENTS, json.dumps({"job": "", "event": "no more"}))
        while (message := self._next_message())["job"]:
            self.events[message["job"], message["event"]] += 1
        assert self.events == self.model.events, "each change is published once"

    def _next_message(self):
        while not (message := self.listener.get_message(timeout=1)):
            pass
        return json.loads(message["data"])
