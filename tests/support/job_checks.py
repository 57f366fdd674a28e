"""What must hold of jobs after each step: all that is kept in Redis is what the model says, and each change told."""

import json

from services import keys
from services.jobs.record import AWAITING_UPLOAD, PROCESSING
from services.jobs.units import LANES
from tests.support.job_model import DELAYED, HELD, READY
from tests.support.kept import table, words

CHANGES = {tuple(cell.strip("`") for cell in row[:3]) for row in table("Changes of state")}
STAGES = {words(row[0])[0]: set(words(row[1])) for row in table("Stages")}


class JobChecks:
    """The part of the machine that looks; see `tests/support/job_machine.py` for what it looks at."""

    def check(self, kept):
        """kept: what is in Redis now."""
        self._check_changes(kept)
        self._check_records(kept)
        self._check_work(kept)
        self._check_lists(kept)
        self._check_nothing_else_is_kept(kept)
        self._check_what_was_told()

    def _check_changes(self, kept):
        statuses, self.changes = {}, set()
        for job_id, values in kept.under(keys.JOB).items():
            status = values["status"].decode()
            assert values["stage"].decode() in STAGES[status]
            if "hidden" not in values:
                statuses[job_id] = status
        for job_id in {*statuses, *self.statuses}:
            before, after = self.statuses.get(job_id, "new"), statuses.get(job_id, "gone")
            if before != after:
                assert (before, after, self.by) in CHANGES, f"{before} -> {after} by {self.by}"
                self.changes.add((before, after, self.by))
        self.statuses = statuses

    def _check_records(self, kept):
        records = kept.under(keys.JOB)
        assert records.keys() == {job_id for job_id, job in self.model.jobs.items() if job.there}
        for job_id, values in records.items():
            job = self.model.jobs[job_id]
            assert values["status"].decode() == job.status
            assert values.get("leader", b"").decode() == job.leader
            assert ("hidden" in values) == job.hidden
            at_work = job.status in (AWAITING_UPLOAD, PROCESSING) or job_id in self.model.work
            assert (keys.JOB + job_id in kept.expiring) == (not at_work), "what is needed stays, the rest expires"
            assert int(values.get("pages_done", 0)) <= int(values["pages_total"])
            assert ("cached" in values) == job.cached
            if job.leader:
                assert self.store.get(job_id).pages_done == len(self.model.work[job.leader].pages)
        results = kept.under(keys.RESULT)
        assert results.keys() == {job_id for job_id, job in self.model.jobs.items() if job.has_result}

    def _check_work(self, kept):
        ready = {f"{job_id}/{number}" for job_id, number in self.model.units(READY)}
        delayed = {f"{job_id}/{number}" for job_id, number in self.model.units(DELAYED)}
        held = {f"{job_id}/{number}" for job_id, number in self.model.units(HELD)}
        lanes = [set(kept.at(keys.READY + lane)) for lane in LANES]
        assert not lanes[0] & lanes[1]
        assert lanes[0] | lanes[1] == ready
        assert kept.at(keys.DELAYED).keys() == delayed
        assert kept.at(keys.LEASES).keys() == held
        assert kept.at(keys.WAITING).keys() == ready | delayed
        for job_id, work in self.model.work.items():
            values = kept.at(keys.JOB + job_id)
            assert (values["open"], int(values["left"])) == (b"1", work.left)
            assert work.left > 0, "somebody has to end it"
            tokens = {
                name.removeprefix("token:"): value.decode()
                for name, value in kept.at(keys.UNITS + job_id).items()
                if name.startswith("token:")
            }
            assert tokens == {str(number): work.units[number].token for number in work.numbers(HELD)}
            pages = {name for name in kept.at(keys.PAGES + job_id) if name.startswith("page:")}
            assert pages == {f"page:{number}" for number in work.pages}
            assert int(values.get("pages_done", 0)) == len(work.pages)
            assert kept.at(keys.FOLLOWERS + job_id) == (work.followers or {})
        assert {content: job_id.decode() for content, job_id in kept.under(keys.INFLIGHT).items()} == self.model.leading

    def _check_lists(self, kept):
        model = self.model
        assert kept.at(keys.AWAITING).keys() == {
            job_id for job_id, job in model.jobs.items() if job.there and job.status == AWAITING_UPLOAD
        }
        assert kept.at(keys.DEAD).keys() == model.dead
        assert kept.at(keys.WEBHOOKS).keys() == model.to_tell
        assert {owner: set(jobs) for owner, jobs in kept.under(keys.OWNED).items()} == {
            owner: jobs for owner, jobs in model.owned.items() if jobs
        }
        assert {what: int(number) for what, number in kept.at(keys.TALLY).items()} == {
            what: number for what, number in model.tally.items() if number
        }
        assert self.queue.uploads_in_use() == model.uploads()

    def _check_nothing_else_is_kept(self, kept):
        ids = {
            keys.JOB: {job_id for job_id, job in self.model.jobs.items() if job.there},
            keys.RESULT: {job_id for job_id, job in self.model.jobs.items() if job.has_result},
            **{prefix: set(self.model.work) for prefix in (keys.UNITS, keys.PAGES, keys.FOLLOWERS)},
        }
        for prefix, expected in ids.items():
            assert kept.under(prefix).keys() <= expected

    def _check_what_was_told(self):
        self.redis.client.publish(keys.EVENTS, json.dumps({"job": "", "event": "no more"}))
        while (told := self._next_message())["job"]:
            self.heard[told["job"], told["event"]] += 1
        assert self.heard == self.model.told, "each change is published, once"

    def _next_message(self):
        while not (message := self.listener.get_message(timeout=1)):
            pass
        return json.loads(message["data"])
