"""Steps of clients and the operator: submit, announce, upload, cancel, delete, replay."""

from dataclasses import replace

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from services.errors import QueueFull
from services.jobs.record import AWAITING_UPLOAD, PROBE_OWNER
from tests.support.job_steps import CONTENTS, PICK, JobSteps, has_job
from tests.support.jobs import ERROR

WEBHOOK = "https://example.com/hook"
OWNERS = ("@client", PROBE_OWNER)


class ClientRules(JobSteps):
    """Mixin of the machine in `tests/support/job_machine.py`."""

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
