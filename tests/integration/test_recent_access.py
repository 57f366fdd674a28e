"""Keys in heavy use are verified without Redis, and a revocation is known everywhere when it returns."""

import threading
import time

import pytest

from services.accounts.account import Limits
from services.accounts.audit import AuditLog
from services.accounts.authenticator import CREATES_WORK, READS, Authenticator
from services.accounts.recent_access import HEAVY_USES, VALID_SECONDS
from services.accounts.service import AccountPolicy, AccountService
from services.errors import Unauthorized


@pytest.fixture
def accounts(redis):
    return AccountService(redis, AccountPolicy("open", 10, 60, Limits()), AuditLog(redis))


@pytest.fixture
def ann(accounts):
    return accounts.register("ann@example.org", "Ann", "192.0.2.1")


def processes(redis, number=1):
    return [Authenticator(redis, 10**6, 10**6, 60) for _ in range(number)]


def calls(redis):
    stats = redis.client.execute_command("INFO", "commandstats")
    return stats.get("cmdstat_evalsha", {"calls": 0})["calls"]


def read(authenticator, ann, times=1):
    for _ in range(times):
        access = authenticator.verify(ann.secret, "192.0.2.1", READS, may_reuse=True)
    return access


def test_heavy_use_needs_few_round_trips_and_every_request_counts(redis, accounts, ann):
    (web,) = processes(redis)
    read(web, ann)
    before = calls(redis)
    began = time.monotonic()
    access = read(web, ann, 1000)
    periods = 1 + (time.monotonic() - began) / VALID_SECONDS
    assert calls(redis) - before <= HEAVY_USES + 3 * periods
    assert access.account == ann.account.id
    time.sleep(2 * VALID_SECONDS)
    assert accounts.usage(ann.account.id).requests == 1001


def test_requests_that_count_for_a_limit_and_light_use_are_verified_each_time(redis, ann):
    (web,) = processes(redis)
    before = calls(redis)
    read(web, ann, HEAVY_USES - 1)
    assert calls(redis) - before >= HEAVY_USES - 1
    read(web, ann, 100)
    before = calls(redis)
    for _ in range(20):
        web.verify(ann.secret, "192.0.2.1", CREATES_WORK, may_reuse=True)
    assert calls(redis) - before == 20


@pytest.mark.parametrize("how", ["key", "account", "own"])
def test_no_process_accepts_a_key_once_its_revocation_has_returned(redis, accounts, ann, how):
    """Several processes use the key all the time. None may accept it in a request that begins after the revocation."""
    webs, stopped, revoked_at, accepted = processes(redis, 4), threading.Event(), [], []

    def use(web):
        while not stopped.is_set():
            began = time.monotonic()
            try:
                read(web, ann)
                accepted.append(began)
            except Unauthorized:
                pass

    threads = [threading.Thread(target=use, args=(web,)) for web in webs]
    for thread in threads:
        thread.start()
    time.sleep(0.5)
    revoke = {
        "key": lambda: accounts.revoke_key(ann.account.id, ann.id, "test"),
        "account": lambda: accounts.revoke(ann.account.id, "test"),
        "own": lambda: accounts.revoke_own(ann.account.id),
    }
    revoke[how]()
    revoked_at.append(time.monotonic())
    time.sleep(0.3)
    stopped.set()
    for thread in threads:
        thread.join()
    assert len(accepted) > 100 and max(accepted) < revoked_at[0]


def test_a_key_that_expires_is_rejected_in_time(redis, accounts, ann):
    (web,) = processes(redis)
    new = accounts.add_key(ann.account.id, "test", "short", ["read"], expires_at=redis.now() + 0.4)
    expires = time.monotonic() + 0.4
    last = 0.0
    with pytest.raises(Unauthorized):
        while True:
            last = time.monotonic()
            read(web, new)
    assert last < expires + 0.05
