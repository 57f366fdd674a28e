"""`python -m stress.load.probe_client URL`: sends health probes until its standard input is closed.

One probe every 20 ms, to the two paths in turn, each on a new connection as a kubelet sends it, whether or not the
earlier ones were answered. Prints JSON: {path: ProbeTimes}.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from dataclasses import asdict, dataclass

from stress.http_client import Connection
from stress.report import percentile

PATHS = ("/health/alive", "/health/ready")
#: Far more often than an orchestrator sends probes.
INTERVAL_MS = 20


@dataclass(frozen=True, slots=True)
class ProbeTimes:
    """Response times in milliseconds. `failed`: requests with another status than 200, or no response."""

    count: int
    failed: int
    p50: float
    p99: float
    longest: float

    @classmethod
    def of(cls, responses: list[tuple[float, int]]) -> ProbeTimes:
        """From (milliseconds, status) of each request."""
        times = [ms for ms, _ in responses] or [0.0]
        failed = sum(status != 200 for _, status in responses)
        return cls(len(responses), failed, percentile(times, 0.5), percentile(times, 0.99), max(times))

    def __str__(self) -> str:
        return f"p50 {self.p50:.1f}, p99 {self.p99:.1f}, longest {self.longest:.1f} ms"


async def send_probes(url: str) -> dict[str, ProbeTimes]:
    loop, input_closed = asyncio.get_running_loop(), asyncio.Event()
    loop.add_reader(sys.stdin, input_closed.set)
    responses: dict[str, list[tuple[float, int]]] = {path: [] for path in PATHS}
    tasks: set[asyncio.Task[None]] = set()
    started = loop.time()
    while not input_closed.is_set():
        tasks.add(asyncio.create_task(_probe(url, PATHS[len(tasks) % 2], responses)))
        await asyncio.sleep(started + len(tasks) * INTERVAL_MS / 1000 - loop.time())
    await asyncio.gather(*tasks)
    return {path: ProbeTimes.of(found) for path, found in responses.items()}


async def _probe(url: str, path: str, responses: dict[str, list[tuple[float, int]]]) -> None:
    sent = time.perf_counter()
    async with Connection(url) as connection:
        status, _, _ = await connection.get(path)
    responses[path].append((1000 * (time.perf_counter() - sent), status))


if __name__ == "__main__":
    json.dump({path: asdict(times) for path, times in asyncio.run(send_probes(sys.argv[1])).items()}, sys.stdout)
