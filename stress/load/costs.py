"""What one job costs each part of the service: processor time, Redis, bytes."""

from __future__ import annotations

import tempfile
from pathlib import Path

import redis

from stress.load.burst import CODED_WORKER, run_crowd
from stress.load.crowd import Plan
from stress.load.report import Report
from stress.load.service import Service

JOBS = 500


def main() -> bool:
    report = Report("costs")
    report.say(f"each of {JOBS} pictures of one short line, sent by 4 clients, its result fetched once")
    with (
        tempfile.TemporaryDirectory(prefix="bench-costs-") as folder,
        Service(Path(folder), CODED_WORKER, OCR_WORKERS=2, OCR_THREADS=1, CACHE_MAX_SIZE=0) as service,
    ):
        run_crowd(Plan(service.url, 50, 4, first=900_000))  # warm
        before = _counts(service)
        told = run_crowd(Plan(service.url, JOBS, 4))
        spent = {name: (after - before[name]) / JOBS for name, after in _counts(service).items()}
        for part in ("web", "worker", "redis"):
            report.tell(f"processor time, {part}", f"{1000 * spent[part]:.2f} ms")
        report.tell(
            "commands of Redis", f"{spent['commands']:.0f}, scripts' own among them: {spent['scripts']:.1f} scripts"
        )
        report.tell("memory of Redis afterwards", f"{spent['memory'] / 1000:.2f} kB, as long as the record is kept")
        report.tell("bytes to and from Redis", f"{spent['in'] / 1000:.1f} kB and {spent['out'] / 1000:.1f} kB")
        report.tell("append-only file", f"{spent['aof'] / 1000:.1f} kB")
        report.must("done", sum(one.ended == 200 for one in told), all(one.ended == 200 for one in told))
    return report.holds


def _counts(service: Service) -> dict[str, float]:
    """Of the parts so far: processor seconds, and what Redis has counted."""
    store = redis.Redis(port=service.redis_port)
    said = store.info("all")
    calls = {name: found["calls"] for name, found in store.info("commandstats").items()}
    return {
        **{part: service.processor_seconds(part) for part in ("web", "worker", "redis")},
        "commands": float(sum(calls.values())),
        "scripts": calls["cmdstat_evalsha"],
        "memory": said["used_memory"],
        "in": said["total_net_input_bytes"],
        "out": said["total_net_output_bytes"],
        "aof": said.get("aof_current_size", 0),
    }
