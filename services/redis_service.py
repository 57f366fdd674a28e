"""The connection to Redis: short timeouts, clear errors, and Lua scripts loaded from `scripts/`."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence, Set
from contextlib import contextmanager
from functools import cache, partial
from pathlib import Path
from typing import Any, Literal, Protocol, cast

import redis
from redis.backoff import NoBackoff
from redis.commands.core import Script
from redis.retry import Retry

from services.errors import RedisUnavailable
from services.keys import lua_tables
from utils.process import call_after_fork

SCRIPTS = Path(__file__).with_name("scripts")
#: A POST must be answered within 2 s even if Redis hangs. It makes at most two round trips.
SOCKET_SECONDS = 0.7
#: Temporary errors: Redis is starting, full, read-only, or cannot write its file. redis-py has classes for some of
#: them. Others begin the message; older servers put an error met inside a script into the middle of the message.
TEMPORARY = (redis.exceptions.OutOfMemoryError, redis.exceptions.ReadOnlyError, redis.exceptions.MasterDownError)
TEMPORARY_WORDS = re.compile(r"(^|-)(LOADING|OOM|READONLY|MISCONF|MASTERDOWN) ")

Value = str | bytes | int | float
Score = float | str


class RedisPipeline(Protocol):
    """Commands that are sent together. `execute()` returns their replies in order."""

    def __getattr__(self, command: str) -> Callable[..., RedisPipeline]: ...

    def execute(self) -> list[Any]: ...


class RedisClient(Protocol):
    """The commands that the services use, typed for a client that returns bytes.

    They raise RedisUnavailable. redis-py's own annotations also cover async clients and clients that return text.
    """

    def get(self, name: str) -> bytes | None: ...
    def mget(self, names: Sequence[str]) -> list[bytes | None]: ...
    def scan(self, cursor: int, match: str, count: int) -> tuple[int, list[bytes]]: ...
    def getrange(self, key: str, start: int, end: int) -> bytes: ...
    def set(
        self, name: str, value: Value, *, ex: int | None = None, px: int | None = None, nx: bool = False
    ) -> bool | None: ...
    def delete(self, *names: str) -> int: ...
    def hmget(self, name: str, keys: Sequence[str]) -> list[bytes | None]: ...
    def hgetall(self, name: str) -> dict[bytes, bytes]: ...
    def hkeys(self, name: str) -> list[bytes]: ...
    def hincrby(self, name: str, key: str, amount: int) -> int: ...
    def zadd(self, name: str, mapping: Mapping[str, float], *, xx: bool = False) -> int: ...
    def zcard(self, name: str) -> int: ...
    def zcount(self, name: str, min: Score, max: Score) -> int: ...
    def zscore(self, name: str, value: str) -> float | None: ...
    def zrevrank(self, name: str, value: str) -> int | None: ...
    def zrange(self, name: str, start: int, end: int, *, withscores: Literal[True]) -> list[tuple[bytes, float]]: ...
    def zrevrange(self, name: str, start: int, end: int) -> list[bytes]: ...
    def zrangebyscore(self, name: str, min: Score, max: Score, start: int, num: int) -> list[bytes]: ...
    def hget(self, name: str, key: str) -> bytes | None: ...
    def zrem(self, name: str, *members: str) -> int: ...
    def smembers(self, name: str) -> Set[bytes]: ...
    def xrevrange(self, name: str) -> list[tuple[bytes, dict[bytes, bytes]]]: ...
    def pipeline(self, transaction: bool = True) -> RedisPipeline: ...
    def pubsub(self) -> redis.client.PubSub: ...
    def llen(self, name: str) -> int: ...
    def time(self) -> tuple[int, int]: ...
    def info(self, section: str) -> Mapping[str, Any]: ...


@contextmanager
def _clear_errors() -> Iterator[None]:
    """Connection errors of redis-py become RedisUnavailable: no caller has to know redis-py's exceptions."""
    try:
        yield
    except (redis.exceptions.ConnectionError, redis.exceptions.TimeoutError) as error:
        raise RedisUnavailable() from error
    except redis.exceptions.ResponseError as error:
        if isinstance(error, TEMPORARY) or TEMPORARY_WORDS.search(str(error)):
            raise RedisUnavailable() from error
        raise


class _Redis(redis.Redis):
    def execute_command(self, *args: Any, **options: Any) -> Any:
        with _clear_errors():
            return super().execute_command(*args, **options)  # type: ignore[no-untyped-call]  # not annotated there

    def pipeline(self, transaction: bool = True, shard_hint: str | None = None) -> _Pipeline:
        return _Pipeline(self.connection_pool, self.response_callbacks, transaction, shard_hint)


class _Pipeline(redis.client.Pipeline):
    def execute(self, raise_on_error: bool = True) -> list[Any]:
        with _clear_errors():
            return super().execute(raise_on_error)


class RedisService:
    """A Redis client with named scripts. Connects at the first command, never at construction."""

    def __init__(self, url: str, socket_seconds: float = SOCKET_SECONDS) -> None:
        # One retry without a pause: it silently replaces a connection that Redis closed while it was idle.
        self._new_pool = partial(
            redis.ConnectionPool.from_url,
            url,
            socket_timeout=socket_seconds,
            socket_connect_timeout=socket_seconds,
            retry=Retry(NoBackoff(), 1, supported_errors=(redis.exceptions.ConnectionError,)),
            health_check_interval=0,
            # By default each new connection reads redis-py's version from a file, and fails without free descriptors.
            driver_info=None,
        )
        self._redis = _Redis(connection_pool=self._new_pool())
        self.client = cast(RedisClient, self._redis)
        self._scripts: dict[str, Script] = {}
        call_after_fork(self._replace_pool)

    def _replace_pool(self) -> None:
        """After a fork, the child needs its own pool: a thread of the parent may hold a lock of the old pool, and that
        thread does not exist in the child to release it."""
        self._redis.connection_pool = self._new_pool()

    def script(self, name: str, *args: Value) -> Any:
        """Run `scripts/<name>.lua` as one atomic step and return its reply: int, bytes, a list of these, or None.

        Raises RedisUnavailable.
        """
        if name not in self._scripts:
            self._scripts[name] = self._redis.register_script(_source(name))
        return self._scripts[name](args=args)

    def now(self) -> float:
        """Redis's clock in Unix seconds. All hosts share this clock."""
        seconds, microseconds = self.client.time()
        return seconds + microseconds / 1e6

    def memory(self) -> tuple[int, int]:
        """Bytes used, and the configured maximum (0: unlimited). Raises RedisUnavailable."""
        info = self.client.info("memory")
        return info["used_memory"], info["maxmemory"]


@cache
def _source(name: str) -> str:
    return lua_tables() + (SCRIPTS / "prelude.lua").read_text() + (SCRIPTS / f"{name}.lua").read_text()
