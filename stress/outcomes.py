"""Checks of what became of the jobs: none is lost, done twice or mixed up with another."""

from __future__ import annotations

import json
from collections import Counter

from services.keys import COUNTERS
from stress.clients import JobOutcome
from stress.harness import ServiceProcesses
from stress.report import Report


def completed_jobs(service: ServiceProcesses) -> int:
    """The service's own count of completed jobs."""
    return int(service.redis.client().hget(COUNTERS, "jobs:completed") or 0)


def check_results(report: Report, outcomes: list[JobOutcome]) -> None:
    """As the clients saw it: each accepted job has a result with its own text."""
    accepted = [outcome for outcome in outcomes if outcome.accepted]
    rejected = Counter(outcome.code or outcome.status for outcome in outcomes if not outcome.accepted)
    report.figure("accepted", len(accepted))
    report.figure("rejected", ", ".join(f"{count} {code}" for code, count in rejected.items()) or 0)
    lost = [outcome for outcome in accepted if outcome.result_status != 200]
    reason = "; ".join(f"{outcome.number}: {outcome.result_status} {outcome.text}" for outcome in lost)
    report.check("lost", len(lost), not lost, reason)
    wrong = sum(not outcome.correct for outcome in accepted) - len(lost)
    report.check("with another job's text", wrong, wrong == 0)


def check_completed_once(report: Report, outcomes: list[JobOutcome], completed: int, worker_log: str) -> None:
    """As the service saw it: each accepted job was completed once, and no other job was."""
    accepted = {outcome.job_id for outcome in outcomes if outcome.accepted}
    lines = [json.loads(line) for line in worker_log.splitlines() if '"event": "job completed"' in line]
    twice = sum(count > 1 for count in Counter(line["job_id"] for line in lines).values())
    report.check("completed twice", twice, twice == 0)
    report.check("completed, counted by the service", completed, completed == len(accepted))
