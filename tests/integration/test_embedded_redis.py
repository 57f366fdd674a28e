"""The embedded Redis: a real server, run as `make run` runs it."""

import subprocess

import psutil
import pytest
import redis

from embedded.redis_server import find_redis_server, redis_answers, redis_argv, redis_log, redis_socket, redis_url
from stress.harness import wait_until


class Embedded:
    def __init__(self, folder):
        self.folder, self.socket = folder, redis_socket(folder)
        self.process = None

    def start(self):
        self.process = subprocess.Popen(redis_argv(find_redis_server(), self.folder, self.socket))
        wait_until(lambda: redis_answers(self.socket), 10, "Redis")
        return redis.Redis.from_url(redis_url(self.socket))

    def kill(self):
        self.process.kill()
        self.process.wait()


@pytest.fixture
def embedded(tmp_path):
    """In a folder whose name would break a careless address."""
    folder = tmp_path / "my data 100%"
    folder.mkdir()
    server = Embedded(folder)
    yield server
    server.kill()


def test_what_was_written_survives_a_kill(embedded):
    embedded.start().set("job", "accepted")
    embedded.kill()
    assert not redis_answers(embedded.socket)
    assert embedded.start().get("job") == b"accepted"


def test_a_file_cut_off_in_the_middle_of_a_command_still_loads(embedded):
    client = embedded.start()
    client.set("first", "1")
    client.set("second", "2")
    log = next(path for path in embedded.folder.rglob("*.aof") if path.is_file() and path.stat().st_size)
    wait_until(
        lambda: b"second" in log.read_bytes(), 10, "the second one's way to the file, which may be synced just now"
    )
    embedded.kill()
    log.write_bytes(log.read_bytes()[:-5])
    client = embedded.start()
    assert client.get("first") == b"1" and client.get("second") is None


def test_nobody_else_can_reach_it(embedded):
    embedded.start()
    assert not [c for c in psutil.Process(embedded.process.pid).net_connections("inet") if c.status == "LISTEN"]
    assert embedded.socket.stat().st_mode & 0o077 == 0


def test_it_ends_on_sigterm_at_once_and_writes_nowhere_else(embedded, tmp_path):
    embedded.start().set("job", "accepted")
    embedded.process.terminate()
    assert embedded.process.wait(2) == 0
    assert redis_log(embedded.folder).is_file()
    assert [path.name for path in tmp_path.iterdir()] == [embedded.folder.name]
