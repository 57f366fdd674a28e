"""`python -m stress.load.prober URL`: are the health probes answered, and how fast, until its input closes.

A probe every 20 ms, `/health/alive` and `/health/ready` in turn, each over a connection of its own, as a kubelet's, and
whether or not the ones before it were answered. The output is JSON: for each path a `Probed`.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from dataclasses import asdict, dataclass

from stress.load.wire import Connection

PATHS = ("/health/alive", "/health/ready")
EVERY = 0.02


@dataclass(frozen=True, slots=True)
class Probed:
    """Milliseconds that probes took. `failed`: of which another status than 200 came, or none."""

    count: int
    failed: int
    p50: float
    p99: float
    longest: float


async def probe(url: str) -> dict[str, Probed]:
    loop, ended = asyncio.get_running_loop(), asyncio.Event()
    loop.add_reader(sys.stdin, ended.set)
    seen: dict[str, list[tuple[float, int]]] = {path: [] for path in PATHS}
    tasks, started = set(), loop.time()
    while not ended.is_set():
        task = asyncio.create_task(_one(url, PATHS[len(tasks) % 2], seen))
        tasks.add(task)
        await asyncio.sleep(started + len(tasks) * EVERY - loop.time())
    await asyncio.gather(*tasks)
    return {path: _summary(answers) for path, answers in seen.items()}


async def _one(url: str, path: str, seen: dict[str, list[tuple[float, int]]]) -> None:
    began = time.perf_counter()
    async with Connection(url) as connection:
        status, _, _ = await connection.ask("GET", path)
    seen[path].append((1000 * (time.perf_counter() - began), status))


def _summary(answers: list[tuple[float, int]]) -> Probed:
    times = sorted(ms for ms, _ in answers)
    return Probed(
        count=len(times),
        failed=sum(status != 200 for _, status in answers),
        p50=times[len(times) // 2],
        p99=times[int(len(times) * 0.99)],
        longest=times[-1],
    )


if __name__ == "__main__":
    found = asyncio.run(probe(sys.argv[1]))
    sys.stdout.write(json.dumps({path: asdict(probed) for path, probed in found.items()}) + "\n")
