"""What one job costs each part of the service: CPU time, Redis, bytes."""

from __future__ import annotations

import tempfile
from pathlib import Path

from stress.clients import ClientPlan, run_clients
from stress.coded_service import CodedService
from stress.harness import ServiceProcesses
from stress.report import Report

JOBS, CLIENTS = 500, 4
PARTS = ("web", "worker", "redis")


def run() -> bool:
    report = Report("costs")
    report.heading(f"for each of {JOBS} pictures of one short line from {CLIENTS} clients; the result is fetched once")
    with tempfile.TemporaryDirectory(prefix="stress-costs-") as folder, CodedService(Path(folder)) as service:
        run_clients(ClientPlan(service.url, 50, CLIENTS, first=900_000))  # warm up
        before = _counters(service)
        outcomes = run_clients(ClientPlan(service.url, JOBS, CLIENTS))
        cost = {name: (after - before[name]) / JOBS for name, after in _counters(service).items()}
    for part in PARTS:
        report.figure(f"CPU time, {part}", f"{1000 * cost[part]:.2f} ms")
    report.figure("Redis commands", f"{cost['commands']:.0f}, including those of {cost['scripts']:.1f} scripts")
    report.figure("Redis memory afterwards", f"{cost['memory'] / 1000:.2f} kB until the record expires")
    report.figure("bytes to and from Redis", f"{cost['in'] / 1000:.1f} kB and {cost['out'] / 1000:.1f} kB")
    report.figure("append-only file", f"{cost['aof'] / 1000:.1f} kB")
    correct = sum(outcome.correct for outcome in outcomes)
    report.check("jobs with the right text", correct, correct == JOBS)
    return report.passed


def _counters(service: ServiceProcesses) -> dict[str, float]:
    """CPU seconds of each part and Redis's own counters."""
    client = service.redis.client()
    info = client.info("all")
    calls = {name: command["calls"] for name, command in client.info("commandstats").items()}
    return {
        **{part: service.cpu_seconds(part) for part in PARTS},
        "commands": float(sum(calls.values())),
        "scripts": calls["cmdstat_evalsha"],
        "memory": info["used_memory"],
        "in": info["total_net_input_bytes"],
        "out": info["total_net_output_bytes"],
        "aof": info.get("aof_current_size", 0),
    }
