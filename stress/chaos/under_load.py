"""Something breaks while clients send jobs: the outcome of each job, and the time until the service recovers."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from stress.clients import ClientPlan, JobOutcome, run_clients
from stress.harness import ServiceProcesses
from stress.outcomes import check_completed_once, check_results, completed_jobs
from stress.report import Report

#: Seconds after the breakage within which the service must complete new jobs without help.
RECOVERY_SECONDS = 60
#: Seconds of normal work before something breaks.
QUIET_SECONDS = 3


class UnderLoad:
    """Runs on one service. Job numbers go on from run to run, so no two jobs have the same text."""

    def __init__(self, service: ServiceProcesses, report: Report) -> None:
        self._service = service
        self._report = report
        self._next_number = 0

    def run(
        self,
        name: str,
        break_it: Callable[[ServiceProcesses], None],
        jobs: int = 600,
        rate: float = 20.0,
        page_ms: int = 60,
    ) -> None:
        """Break the service while jobs come at this rate. Each client sends its job until it is accepted."""
        self._report.heading(name)
        completed_before = completed_jobs(self._service)
        plan = self._plan(jobs, clients=64, rate=rate, page_ms=page_ms)
        with ThreadPoolExecutor(1) as pool:
            sending = pool.submit(run_clients, plan)
            time.sleep(QUIET_SECONDS)
            break_it(self._service)
            trials = self._wait_for_recovery()
            outcomes = sending.result()
        self._check([*outcomes, *trials], completed_jobs(self._service) - completed_before)

    def _plan(self, jobs: int, clients: int, **options: Any) -> ClientPlan:
        first, self._next_number = self._next_number, self._next_number + jobs
        return ClientPlan(self._service.url, jobs, clients, first=first, retry=True, **options)

    def _wait_for_recovery(self) -> list[JobOutcome]:
        """Wait until the service is ready and has completed a new job. Returns that job's outcome."""
        broken = time.monotonic()
        while not self._service.is_ready() and time.monotonic() - broken < RECOVERY_SECONDS:
            time.sleep(0.1)
        ready = time.monotonic() - broken
        trials = run_clients(self._plan(1, clients=1, seconds=RECOVERY_SECONDS))
        working = time.monotonic() - broken
        recovered = trials[0].correct and working < RECOVERY_SECONDS
        value = f"ready after {ready:.1f} s, a new job completed after {working:.1f} s"
        self._report.check("recovery", value, recovered)
        return trials

    def _check(self, outcomes: list[JobOutcome], completed: int) -> None:
        self._report.figure("uploads sent again", sum(outcome.attempts - 1 for outcome in outcomes))
        check_results(self._report, outcomes)
        check_completed_once(self._report, outcomes, completed, self._service.log("worker"))
        accepted = sum(outcome.accepted for outcome in outcomes)
        self._report.check("accepted in the end", f"{accepted} of {len(outcomes)}", accepted == len(outcomes))
