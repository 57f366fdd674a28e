"""Accounts are in a copy of Redis's files, taken while it runs as docs/operations.md describes."""

import tarfile

import pytest

from services.accounts.account import Limits
from services.accounts.audit import AuditLog
from services.accounts.authenticator import Authenticator
from services.accounts.service import AccountPolicy, AccountService
from services.errors import EmailTaken, Unauthorized
from services.redis_service import RedisService
from stress.harness import RedisServer

ADDRESS = "192.0.2.1"


@pytest.fixture
def servers(tmp_path):
    """The Redis that runs, and the one that takes its place."""
    started = [RedisServer(tmp_path / name) for name in ("running", "restored")]
    yield started
    for server in started:
        server.stop()


def accounts_of(server):
    redis = RedisService(server.url)
    service = AccountService(redis, AccountPolicy("open", 10, 60, Limits()), AuditLog(redis))
    return service, Authenticator(redis, 10**6, 10**6, 60)


def copy(server, archive):
    client = server.client()
    client.config_set("auto-aof-rewrite-percentage", "0")
    assert client.info("persistence")["aof_rewrite_in_progress"] == 0
    with tarfile.open(archive, "w") as file:
        file.add(server.folder, arcname=".")
    client.config_set("auto-aof-rewrite-percentage", "100")


def test_accounts_are_restored_from_a_backup(servers, tmp_path):
    running, restored = servers
    running.start()
    service, _ = accounts_of(running)
    ann, eve = (service.register(f"{name}@example.org", name, ADDRESS) for name in ("ann", "eve"))
    service.revoke_own(eve.account.id)
    copy(running, tmp_path / "redis.tar")
    late = service.register("late@example.org", "Late", ADDRESS)
    running.kill()

    with tarfile.open(tmp_path / "redis.tar") as file:
        file.extractall(restored.folder, filter="data")
    restored.start()
    service, authenticator = accounts_of(restored)
    assert authenticator.verify(ann.secret, ADDRESS).account == ann.account.id
    for secret in (eve.secret, late.secret):
        with pytest.raises(Unauthorized):
            authenticator.verify(secret, ADDRESS)
    with pytest.raises(EmailTaken):
        service.register("ann@example.org", "Ann", ADDRESS)
