"""Ways to break a running service. Each leaves it to heal by itself."""

from __future__ import annotations

import errno
import os
import random
import time
from collections.abc import Callable
from pathlib import Path

import psutil

from stress.chaos.service import KeptService

Breakage = Callable[[KeptService], None]


def kill_worker_children(times: int = 6, every: float = 5.0) -> Breakage:
    """Of those that do the OCR a random one, again and again."""

    def break_it(service: KeptService) -> None:
        for _ in range(times):
            _kill_one_of(service.worker.pid)
            time.sleep(every)

    return break_it


def kill_web_processes(times: int = 3, every: float = 5.0) -> Breakage:
    def break_it(service: KeptService) -> None:
        for _ in range(times):
            _kill_one_of(service.web.pid)
            time.sleep(every)

    return break_it


def kill_worker_parent(service: KeptService) -> None:
    service.worker.kill()
    service.worker.wait()


def restart_redis(service: KeptService) -> None:
    """Without a word, and again in good order; its append-only file is what it begins with."""
    service.redis.process.kill()
    service.redis.process.wait()
    service.redis.start()
    time.sleep(5)
    service.redis.stop()
    service.redis.start()


def stop_redis(seconds: float = 20.0) -> Breakage:
    def break_it(service: KeptService) -> None:
        service.redis.stop()
        time.sleep(seconds)
        service.redis.start()

    return break_it


def fill_disk(folder: Path, seconds: float = 10.0) -> Breakage:
    """The disk of the uploads has no byte left for so long."""

    def break_it(service: KeptService) -> None:
        filler, end = folder / "filler", time.monotonic() + seconds
        with open(filler, "wb", buffering=0) as file:
            while time.monotonic() < end:
                _fill(file)  # again and again: files that are done with make room
                time.sleep(0.02)
        filler.unlink()

    return break_it


def _fill(file) -> None:
    for size in (1 << 20, 4096):
        try:
            while True:
                file.write(b"\0" * size)
        except OSError as error:
            if error.errno != errno.ENOSPC:
                raise


def _kill_one_of(parent: int) -> None:
    children = psutil.Process(parent).children()
    if children:
        os.kill(random.choice(children).pid, 9)
