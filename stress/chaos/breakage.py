"""Ways to break a running service. None of them repairs what it breaks, except that a stopped Redis is restarted."""

from __future__ import annotations

import random
import time

import psutil

from stress.harness import ServiceProcesses


def kill_worker_children(service: ServiceProcesses, times: int, interval: float) -> None:
    """Kill a random process that does OCR, again and again."""
    _kill_children(service, "worker", times, interval)


def kill_web_processes(service: ServiceProcesses, times: int, interval: float) -> None:
    _kill_children(service, "web", times, interval)


def kill_worker_parent(service: ServiceProcesses) -> None:
    service.worker.kill()
    service.worker.wait()


def restart_redis(service: ServiceProcesses) -> None:
    """Kill Redis and start it from its append-only file, then shut it down and start it again."""
    # As configured, Redis may answer before it writes while it syncs its file, and a kill loses that. See
    # `embedded/redis_server.py`. With this setting, it writes each change before it answers.
    service.redis.client().config_set("appendfsync", "no")
    service.redis.kill()
    service.redis.start()
    time.sleep(5)  # the service works with the restarted Redis
    service.redis.stop()
    service.redis.start()


def stop_redis(service: ServiceProcesses, seconds: float) -> None:
    service.redis.stop()
    time.sleep(seconds)
    service.redis.start()


def _kill_children(service: ServiceProcesses, name: str, times: int, interval: float) -> None:
    for _ in range(times):
        if children := service.children(name):
            _kill(random.choice(children))
        time.sleep(interval)


def _kill(process: psutil.Process) -> None:
    try:
        process.kill()
    except psutil.NoSuchProcess:  # it ended by itself
        pass
