"""Everything that can happen to accounts, as a state machine driven by Hypothesis.

Each step is done to a real Redis and to a model in this file. After each step, every key must work exactly if the model
says so, and the usage in Redis must be the model's. Time is simulated by moving stored times into the past.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from services import keys
from services.accounts.access_key import digest
from services.accounts.account import Limits
from services.accounts.audit import AuditLog
from services.accounts.authenticator import CREATES_WORK, READS, Authenticator
from services.accounts.service import AccountPolicy, AccountService
from services.errors import EmailTaken, KeyReplaced, OCRServiceError, QuotaExceeded, Unauthorized
from services.jobs.quota import UsualQuota
from services.jobs.store import JobStore, Retention
from services.jobs.unit_queue import UnitQueue
from tests.support.jobs import ERROR, Work, record

PICK = st.integers(0, 20)
EMAILS = ("ann@example.org", "bob@example.org", "cy@example.org")
#: The usual limits, which an account may have changed.
USUAL = UsualQuota(pages_per_day=6, pages_per_month=20, concurrent_jobs=3)
REQUESTS = 5


@dataclass
class Key:
    account: str
    id: str
    secret: str
    revoked: bool = False
    expired: bool = False
    replaced: bool = False


@dataclass
class Model:
    status: str
    per_day: int = USUAL.pages_per_day
    requests: int = 0
    today: int = 0
    month: int = 0
    pages: int = 0
    recent: int = 0
    #: Pages that are reserved, by running job.
    jobs: dict[str, int] = field(default_factory=dict)

    @property
    def reserved(self) -> int:
        return sum(self.jobs.values())

    def admits(self, pages: int) -> bool:
        used = self.reserved + pages
        fits_day = not self.per_day or self.today + used <= self.per_day
        return fits_day and self.month + used <= USUAL.pages_per_month and len(self.jobs) < USUAL.concurrent_jobs


class AccountMachine(RuleBasedStateMachine):
    """Clients, administrators, workers and time, in any order. Set `redis` before use."""

    redis = None

    @initialize(registration=st.sampled_from(["open", "approve"]))
    def begin(self, registration):
        self.redis.client.flushdb()
        policy = AccountPolicy(registration, 1000, 3600, Limits())
        self.service = AccountService(self.redis, policy, AuditLog(self.redis), settle_seconds=0)
        self.authenticator = Authenticator(self.redis, 10**6, REQUESTS, 60)
        self.work = Work(self.redis)
        retention = Retention(result_ttl=60, cache_ttl=30, cache_size=0)
        self.work.store = JobStore(self.redis, retention, USUAL)
        self.work.unit_queue = UnitQueue(self.redis, retention)
        self.accounts: dict[str, Model] = {}
        self.emails: dict[str, str] = {}
        self.keys: list[Key] = []
        self.new_status = "active" if registration == "open" else "pending"
        self.held = []

    def works(self, key):
        account = self.accounts.get(key.account)
        return bool(account) and account.status == "active" and not (key.revoked or key.expired)

    def _account(self, pick):
        return [*self.accounts][pick % len(self.accounts)]

    # Accounts and keys

    @rule(email=st.sampled_from(EMAILS), spelled=st.sampled_from([str.upper, str.title, lambda text: f" {text} "]))
    def register(self, email, spelled):
        if email in self.emails:
            with pytest.raises(EmailTaken):
                self.service.register(spelled(email), "x", "192.0.2.1")
            return
        new = self.service.register(spelled(email), "x", "192.0.2.1")
        assert new.account.email == email and new.account.status == self.new_status
        self.emails[email] = new.account.id
        self.accounts[new.account.id] = Model(self.new_status)
        self.keys.append(Key(new.account.id, new.id, new.secret))

    @rule(pick=PICK, action=st.sampled_from(["approve", "revoke", "restore", "revoke_own"]))
    @precondition(lambda self: self.accounts)
    def change_status(self, pick, action):
        account = self._account(pick)
        if action == "revoke_own":
            self.service.revoke_own(account)
            for key in self.keys:
                key.revoked |= key.account == account
        else:
            getattr(self.service, action)(account, "test")
        self.accounts[account].status = "revoked" if action.startswith("revoke") else "active"

    @rule(pick=PICK)
    @precondition(lambda self: self.accounts)
    def add_key(self, pick):
        new = self.service.add_key(self._account(pick), "test", "further", ["read"])
        self.keys.append(Key(new.account.id, new.id, new.secret))

    @rule(pick=PICK)
    @precondition(lambda self: self.keys)
    def regenerate(self, pick):
        old = self.keys[pick % len(self.keys)]
        if old.account not in self.accounts:
            return
        if old.revoked or old.expired or old.replaced:
            with pytest.raises(KeyReplaced):
                self.service.replace_key(old.account, old.id)
            return
        new = self.service.replace_key(old.account, old.id)
        old.replaced = True
        self.keys.append(Key(new.account.id, new.id, new.secret))

    @rule(pick=PICK)
    @precondition(lambda self: self.keys)
    def revoke_key(self, pick):
        key = self.keys[pick % len(self.keys)]
        if key.account in self.accounts:
            self.service.revoke_key(key.account, key.id, "test")
            key.revoked = True

    @rule(pick=PICK)
    @precondition(lambda self: self.keys)
    def expire(self, pick):
        """Also ends the grace period of a replaced key."""
        key = self.keys[pick % len(self.keys)]
        if key.account in self.accounts:
            self._set(keys.ACCESS_KEY + digest(key.secret), "expires_at", "1")
            key.expired = True

    @rule(pick=PICK, pages=st.sampled_from([0, 2, None]))
    @precondition(lambda self: self.accounts)
    def change_limit(self, pick, pages):
        account = self._account(pick)
        self.service.change(account, "test", {"pages_per_day": pages})
        self.accounts[account].per_day = USUAL.pages_per_day if pages is None else pages

    @rule(pick=PICK)
    @precondition(lambda self: self.accounts)
    def delete(self, pick):
        account = self._account(pick)
        self.service.revoke(account, "test")
        for job in self.accounts[account].jobs:
            self.work.store.cancel(job)
        for job in self.work.store.ids_of_owner(account, "", 1000):
            self.work.store.delete(job)
        self.service.forget(account, "test")
        del self.accounts[account]
        self.emails = {email: owner for email, owner in self.emails.items() if owner != account}
        left = [name for name in self._names() if account.encode() in name]
        assert left == [], "nothing of the account is left"

    # Use

    @rule(pick=PICK, creates=st.booleans())
    @precondition(lambda self: self.keys)
    def send_request(self, pick, creates):
        key = self.keys[pick % len(self.keys)]
        counts_as = CREATES_WORK if creates else READS
        if not self.works(key):
            with pytest.raises(Unauthorized):
                self.authenticator.verify(key.secret, "192.0.2.1", counts_as)
            return
        account = self.accounts[key.account]
        access = self.authenticator.verify(key.secret, "192.0.2.1", counts_as)
        account.requests += 1
        assert access.limited == (creates and account.recent >= REQUESTS)
        account.recent += creates and not access.limited
        assert (access.account, access.rate.remaining) == (key.account, REQUESTS - account.recent)

    @rule(pick=PICK, pages=st.integers(1, 3))
    @precondition(lambda self: self.keys)
    def submit(self, pick, pages):
        owner = self.keys[pick % len(self.keys)].account
        job, account = record(pages=pages, owner=owner), self.accounts.get(owner)
        active = account is not None and account.status == "active"
        if active and account.admits(pages):
            self.work.store.submit(job)
            account.jobs[job.id] = pages
        else:
            with pytest.raises(QuotaExceeded if active else Unauthorized):
                self.work.store.submit(job)
            with pytest.raises(OCRServiceError):
                self.work.store.get(job.id)

    @rule()
    def take_unit(self):
        if unit := self.work.take():
            self.held.append((unit, self.work.store.get(unit.job_id, hidden=True), []))

    @rule(pick=PICK, success=st.booleans())
    @precondition(lambda self: self.held)
    def read_page(self, pick, success):
        unit, job, pages = self.held[pick % len(self.held)]
        number = len(pages) + 1
        if number > job.pages_total:
            return
        saved = self.work.save_page(unit, number, success=success)
        account = self.accounts.get(job.owner)
        assert saved == bool(account and job.id in account.jobs)
        if saved:
            assert self.work.save_page(unit, number, success=success), "a page that is stored twice counts once"
            pages.append(number)
            if success:
                account.jobs[job.id] -= 1
                account.today, account.month, account.pages = account.today + 1, account.month + 1, account.pages + 1

    @rule(pick=PICK, end=st.sampled_from(["complete", "fail", "cancel", "requeue"]))
    @precondition(lambda self: self.held)
    def end_job(self, pick, end):
        unit, job, _ = self.held.pop(pick % len(self.held))
        if end == "complete":
            self.work.complete(unit, pages=job.pages_total)
        elif end == "fail":
            self.work.unit_queue.fail(unit, job, ERROR, True)
        elif end == "cancel":
            self.work.store.cancel(job.id)
        else:
            self.work.unit_queue.requeue(unit, "queued")
            return
        if account := self.accounts.get(job.owner):
            account.jobs.pop(job.id, None)

    # Time

    @rule(pick=PICK, month=st.booleans())
    @precondition(lambda self: self.accounts)
    def a_new_day_begins(self, pick, month):
        """What was counted today was counted on a day of last month, or of this one."""
        account = self._account(pick)
        for name in self.redis.client.hkeys(keys.USAGE + account):
            text = name.decode()
            if text.startswith("pages:") and (month or len(text.partition(":")[2]) == 10):
                self.redis.client.execute_command("HDEL", keys.USAGE + account, text)
        self.accounts[account].today = 0
        if month:
            self.accounts[account].month = 0

    @rule(pick=PICK)
    @precondition(lambda self: self.accounts)
    def a_minute_passes(self, pick):
        account = self._account(pick)
        self.redis.client.delete(keys.REQUESTS + account)
        self.accounts[account].recent = 0

    # What must hold

    @invariant()
    def usage_is_that_of_the_model(self):
        for owner, account in getattr(self, "accounts", {}).items():
            usage = self.service.usage(owner)
            found = (usage.requests, usage.pages, usage.reserved, usage.running)
            assert found == (account.requests, account.pages, account.reserved, len(account.jobs))

    @invariant()
    def exactly_the_right_keys_work(self):
        for key in getattr(self, "keys", []):
            try:
                access = self.authenticator.verify(key.secret, "192.0.2.2", "")
            except Unauthorized:
                assert not self.works(key)
            else:
                assert self.works(key) and access.account == key.account and access.key_id == key.id

    @invariant()
    def no_secret_is_stored(self):
        if secrets := [key.secret[5:48].encode() for key in getattr(self, "keys", [])]:
            assert not [name for name in self._names() if any(secret in name for secret in secrets)]

    def _names(self):
        return self.redis.client.execute_command("KEYS", "*")

    def _set(self, key, name, value):
        self.redis.client.execute_command("HSET", key, name, value)
