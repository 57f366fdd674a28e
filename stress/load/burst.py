"""More jobs at once than the queue takes: the outcome of each job, and the health probes meanwhile."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from stress.clients import ClientPlan, JobOutcome, run_clients
from stress.coded_service import TWO_WORKERS, CodedService
from stress.harness import REPOSITORY, ServiceProcesses
from stress.load.probe_client import ProbeTimes
from stress.outcomes import check_completed_once, check_results, completed_jobs
from stress.report import Report

#: Limit in milliseconds for 99 % of the rejections and of the probes.
LIMIT_MS = 50


@dataclass(frozen=True, slots=True)
class Burst:
    """Two workers take `page_ms` for each page (None: real text, read by the model). `max_wait`: MAX_QUEUE_WAIT in
    seconds, short enough that only half of the jobs fit into the queue. `warm_up`: jobs sent before, from which the
    service learns how long its work takes."""

    jobs: int
    clients: int
    page_ms: int | None
    max_wait: int
    warm_up: int = 16


CODED = Burst(jobs=1000, clients=64, page_ms=50, max_wait=13)
DRAWN = Burst(jobs=100, clients=64, page_ms=None, max_wait=1, warm_up=8)


def run() -> bool:
    """Both bursts. True if all checks held."""
    report = Report("burst")
    for burst, what in ((CODED, "coded pictures"), (DRAWN, "drawn text, the real model")):
        report.heading(f"{burst.jobs} jobs from {burst.clients} clients at once; {what}")
        with tempfile.TemporaryDirectory(prefix="stress-burst-") as folder:
            # Only a thousand jobs bring enough rejections for a 99th percentile.
            run_burst(Path(folder), burst, report, timed=burst is CODED)
    return report.passed


def run_burst(folder: Path, burst: Burst, report: Report, timed: bool = True) -> None:
    """Run one burst on a new service in this folder. `timed`: check the response times too."""
    drawn = burst.page_ms is None
    kind = ServiceProcesses if drawn else CodedService
    with kind(folder, **TWO_WORKERS, MAX_QUEUE_WAIT=burst.max_wait) as service:
        page: dict[str, Any] = {"page_ms": burst.page_ms or 0, "drawn": drawn}
        warm_up = run_clients(ClientPlan(service.url, burst.warm_up, clients=2, first=500_000, rate=4, **page))
        with Probes(service.url) as probes:
            outcomes = run_clients(ClientPlan(service.url, burst.jobs, burst.clients, **page))
        check_results(report, outcomes)
        check_completed_once(report, [*warm_up, *outcomes], completed_jobs(service), service.log("worker"))
        check_rejections(report, outcomes)
        for path, times in probes.times.items():
            report.check(path, f"{times.count} probes, {times.failed} failed", times.count > 0 and not times.failed)
        if timed:
            check_times(report, outcomes, probes.times)


class Probes:
    """Sends health probes from another process while the context is open. Afterwards `times` has the results."""

    def __init__(self, url: str) -> None:
        self._url = url
        self.times: dict[str, ProbeTimes] = {}

    def __enter__(self) -> Probes:
        command = [sys.executable, "-m", "stress.load.probe_client", self._url]
        self._process = subprocess.Popen(command, cwd=REPOSITORY, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        return self

    def __exit__(self, *_: object) -> None:
        output, _ = self._process.communicate(timeout=90)
        self.times = {path: ProbeTimes(**times) for path, times in json.loads(output).items()}


def check_rejections(report: Report, outcomes: list[JobOutcome]) -> None:
    """A full queue is reported as such, with the time to try again."""
    rejected = [outcome for outcome in outcomes if not outcome.accepted]
    others = sum(outcome.code != "queue_full" or not outcome.retry_after for outcome in rejected)
    report.check("rejected for another reason", others, bool(rejected) and others == 0)
    waits = [outcome.retry_after or 0 for outcome in rejected] or [0]
    report.figure("Retry-After", f"{min(waits)} to {max(waits)} s")


def check_times(report: Report, outcomes: list[JobOutcome], probes: dict[str, ProbeTimes]) -> None:
    """Rejections and probes are fast. The time of accepted jobs is a figure only."""
    accepted = ProbeTimes.of([(outcome.ms, outcome.status) for outcome in outcomes if outcome.accepted])
    rejected = ProbeTimes.of([(outcome.ms, outcome.status) for outcome in outcomes if not outcome.accepted])
    report.figure("response time, accepted", accepted)
    for what, times in {"rejected": rejected, **probes}.items():
        report.check(f"response time, {what}", times, times.p99 <= LIMIT_MS)
