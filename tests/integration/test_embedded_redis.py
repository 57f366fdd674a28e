"""The embedded Redis: a real server, started as `make run` starts it."""

import subprocess

import psutil
import pytest
import redis

from embedded.redis_server import find_redis_server, redis_answers, redis_argv, redis_log, redis_socket, redis_url
from stress.harness import wait_until


class EmbeddedRedis:
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
def server(tmp_path):
    """In a folder whose name has to be escaped in a URL."""
    folder = tmp_path / "my data 100%"
    folder.mkdir()
    server = EmbeddedRedis(folder)
    yield server
    server.kill()


def test_written_keys_survive_a_kill(server):
    server.start().set("job", "accepted")
    server.kill()
    assert not redis_answers(server.socket)
    assert server.start().get("job") == b"accepted"


def test_a_file_that_ends_in_the_middle_of_a_command_is_loaded(server):
    client = server.start()
    client.set("first", "1")
    client.set("second", "2")
    log = next(path for path in server.folder.rglob("*.aof") if path.is_file() and path.stat().st_size)
    wait_until(lambda: b"second" in log.read_bytes(), 10, "the second key in the file, which may just be synced")
    server.kill()
    log.write_bytes(log.read_bytes()[:-5])
    client = server.start()
    assert client.get("first") == b"1" and client.get("second") is None


def test_only_this_user_can_connect(server):
    server.start()
    assert not [c for c in psutil.Process(server.process.pid).net_connections("inet") if c.status == "LISTEN"]
    assert server.socket.stat().st_mode & 0o077 == 0


def test_it_stops_on_sigterm_and_writes_only_to_its_folder(server, tmp_path):
    server.start().set("job", "accepted")
    server.process.terminate()
    assert server.process.wait(20) == 0
    assert redis_log(server.folder).is_file()
    assert [path.name for path in tmp_path.iterdir()] == [server.folder.name]
