"""Something breaks while clients send jobs: what became of each job, and how long the service took to heal."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from stress.chaos.breakage import Breakage
from stress.chaos.service import KeptService
from stress.load.burst import check_ends, check_once, completed, run_crowd
from stress.load.coded import text_of
from stress.load.crowd import Plan, Told
from stress.load.report import Report

#: Within so many seconds after the last breakage the service has to do new work again, by itself.
HEALED_WITHIN = 60


class UnderLoad:
    """A service, and the jobs of all runs on it. Numbers of jobs go on from run to run: no text comes twice."""

    def __init__(self, service: KeptService, report: Report) -> None:
        self._service = service
        self._report = report
        self._next = 0

    def run(self, what: str, break_it: Breakage, jobs: int = 600, rate: float = 20.0, page_ms: int = 60) -> None:
        """Break it while jobs come at this rate, each client sending its job until it is taken."""
        self._report.say(what)
        before = completed(self._service.redis.port)
        plan = self._plan(jobs, clients=64, rate=rate, page_ms=page_ms)
        with ThreadPoolExecutor(1) as pool:
            sending = pool.submit(run_crowd, plan)
            time.sleep(3)
            break_it(self._service)
            trials = self._heal()
            told = sending.result()
        self._check([*told, *trials], completed(self._service.redis.port) - before)

    def _plan(self, jobs: int, **how: object) -> Plan:
        self._next += jobs
        return Plan(self._service.url, jobs, first=self._next - jobs, stubborn=True, **how)

    def _heal(self) -> list[Told]:
        """Wait until it is ready and has done a new job; the jobs that this took."""
        broken = time.monotonic()
        self._wait(self._service.ready, broken)
        ready = time.monotonic() - broken
        trials = run_crowd(self._plan(1, clients=1, seconds=HEALED_WITHIN))
        seconds = time.monotonic() - broken
        healed = trials[0].text == text_of(trials[0].number) and seconds < HEALED_WITHIN
        self._report.must("seconds to heal", f"{ready:.1f} until ready, {seconds:.1f} until new work is done", healed)
        return trials

    def _wait(self, condition: Callable[[], bool], since: float) -> None:
        while not condition() and time.monotonic() - since < HEALED_WITHIN:
            time.sleep(0.1)

    def _check(self, told: list[Told], done: int) -> None:
        again = sum(one.sendings - 1 for one in told)
        self._report.tell("refused or broken off, sent again", again)
        check_ends(self._report, told)
        check_once(self._report, told, done, self._service.log("worker"))
        taken = sum(one.accepted for one in told)
        self._report.must("taken in the end", f"{taken} of {len(told)}", taken == len(told))
