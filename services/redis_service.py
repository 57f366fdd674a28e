"""The connection to Redis: short time-outs, clear errors, Lua scripts loaded from `scripts/`.

Every fault of the connection becomes `RedisUnavailable`, so that no caller knows redis-py's exceptions.
"""

from __future__ import annotations

import os
import re
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache, partial
from pathlib import Path

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from services.errors import RedisUnavailable
from services.keys import lua_table

SCRIPTS = Path(__file__).with_name("scripts")
#: A POST must answer within 2 s when Redis hangs; it makes at most two round trips before it gives up.
SOCKET_SECONDS = 0.7
#: Refusals that pass: it is starting, full, a replica, or cannot write its file. redis-py has classes for some; others
#: begin the message, and older servers tell what a script met in the middle of a message of the script's own.
PASSING = (redis.exceptions.OutOfMemoryError, redis.exceptions.ReadOnlyError, redis.exceptions.MasterDownError)
PASSING_WORDS = re.compile(r"(^|-)(LOADING|OOM|READONLY|MISCONF|MASTERDOWN) ")


class RedisService:
    """A Redis client with named scripts. Connects at the first command, never at construction."""

    def __init__(self, url: str, socket_seconds: float = SOCKET_SECONDS) -> None:
        # One retry without waiting: a connection that Redis closed while idle is replaced without a word.
        self._new_pool = partial(
            redis.ConnectionPool.from_url,
            url,
            socket_timeout=socket_seconds,
            socket_connect_timeout=socket_seconds,
            retry=Retry(NoBackoff(), 1, supported_errors=(redis.exceptions.ConnectionError,)),
            health_check_interval=0,
        )
        self.client = redis.Redis(connection_pool=self._new_pool())
        self._scripts: dict[str, redis.commands.core.Script] = {}
        forget = weakref.WeakMethod(self._forget_connections)
        os.register_at_fork(after_in_child=lambda: (method := forget()) and method())

    def _forget_connections(self) -> None:
        """A child of a fork begins with a pool of its own: in that of its parent a lock may be held by a thread which
        the child does not have, and would never be let go."""
        self.client.connection_pool = self._new_pool()

    @contextmanager
    def guard(self) -> Iterator[redis.Redis]:
        """The client, with its faults translated. Raises RedisUnavailable."""
        try:
            yield self.client
        except (redis.exceptions.ConnectionError, redis.exceptions.TimeoutError) as error:
            raise RedisUnavailable() from error
        except redis.exceptions.ResponseError as error:
            if isinstance(error, PASSING) or PASSING_WORDS.search(str(error)):
                raise RedisUnavailable() from error
            raise

    def script(self, name: str, *args: object) -> object:
        """Run `scripts/<name>.lua` as one atomic step. Raises RedisUnavailable."""
        if name not in self._scripts:
            self._scripts[name] = self.client.register_script(_source(name))
        with self.guard():
            return self._scripts[name](args=args)

    def now(self) -> float:
        """Redis's own clock in Unix seconds: the one that all hosts share."""
        with self.guard() as client:
            seconds, microseconds = client.time()
        return seconds + microseconds / 1e6

    def ping(self) -> None:
        """Raises RedisUnavailable when Redis does not answer."""
        with self.guard() as client:
            client.ping()

    def memory(self) -> tuple[int, int]:
        """Bytes that its data take, and the most it may take (0: no bound). Raises RedisUnavailable."""
        with self.guard() as client:
            told = client.info("memory")
        return told["used_memory"], told["maxmemory"]


@cache
def _source(name: str) -> str:
    return lua_table() + (SCRIPTS / "prelude.lua").read_text() + (SCRIPTS / f"{name}.lua").read_text()
