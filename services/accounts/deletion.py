"""Everything the service stores about an account: to export it, and to delete it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import structlog

from services.accounts.service import AccountService
from services.jobs.batches import Batches
from services.jobs.idempotency import Idempotency
from services.jobs.record import JobRecord
from services.jobs.service import JobService
from services.jobs.store import JobStore

log = structlog.get_logger(__name__)

#: Jobs per round trip.
CHUNK = 200


@dataclass(frozen=True, slots=True)
class AccountData:
    accounts: AccountService
    jobs: JobService
    store: JobStore
    batches: Batches
    idempotency: Idempotency

    def jobs_of(self, account_id: str) -> Iterator[JobRecord]:
        """The account's jobs, newest first. They may be deleted meanwhile."""
        before, at = "", float("inf")
        while ids := self.store.ids_of_owner(account_id, before, CHUNK, at):
            for record in self.store.get_many(ids):
                at = record.created_at
                yield record
            before = ids[-1]

    def delete(self, account_id: str, actor: str) -> int:
        """Delete an account: keys, jobs, batches, Idempotency-Keys, results, files, dead letters, usage, audit entries.

        Its keys are rejected first, so no job can be added meanwhile. Can be repeated if it fails halfway. Returns the
        number of deleted jobs. Raises AccountNotFound, RedisUnavailable and StorageUnavailable.
        """
        self.accounts.revoke(account_id, actor)
        # All are cancelled before any is deleted: a job that others follow goes on until they are cancelled, too.
        records = [*self.jobs_of(account_id)]
        for record in records:
            if not record.ended:
                self.jobs.discard(record)
        for record in records:
            self.jobs.discard(record)
        self.batches.delete_all(account_id)
        self.idempotency.delete_all(account_id)
        self.accounts.forget(account_id, actor)
        log.info("account deleted", jobs=len(records))
        return len(records)
