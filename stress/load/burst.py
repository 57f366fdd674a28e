"""More jobs at once than the queue takes: what becomes of each, and what the health probes see meanwhile."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections import Counter
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import redis

from services.keys import COUNTERS
from stress.load.coded import text_of
from stress.load.crowd import Plan, Told
from stress.load.prober import Probed
from stress.load.report import Report, percentile
from stress.load.service import ROOT, Service

CODED_WORKER = "stress.load.coded_worker"
#: Milliseconds within which refusals are to be told, and probes answered, 99 of a hundred.
MOST_MS = 50
#: Jobs that go before, so that the service knows how long its work takes.
WARM = 16


@dataclass(frozen=True, slots=True)
class Size:
    """Two workers take `page_ms` over each page (None: as long as the real model takes). The queue is to be as long as
    half of the jobs take, `wait` seconds."""

    jobs: int
    clients: int
    page_ms: int | None
    wait: int


WHOLE = Size(jobs=1000, clients=64, page_ms=50, wait=13)
DRAWN = Size(jobs=100, clients=64, page_ms=None, wait=1)


def main() -> bool:
    """Both runs. False when something did not hold."""
    report = Report("burst")
    for size, what in ((WHOLE, "coded pictures"), (DRAWN, "drawn text, the real model")):
        report.say(f"{size.jobs} jobs from {size.clients} clients at once, one process of asyncio; {what}")
        with tempfile.TemporaryDirectory(prefix="bench-burst-") as folder:
            burst(Path(folder), size, report, timed=size is WHOLE)  # of a few refusals one is the slowest
    return report.holds


def burst(folder: Path, size: Size, report: Report, timed: bool = True) -> None:
    """Start a service in the folder, burst in on it and report. `timed`: answers have to be fast, too."""
    coded = size.page_ms is not None
    worker = CODED_WORKER if coded else "celery_app"
    with Service(folder, worker, OCR_WORKERS=2, OCR_THREADS=1, MAX_QUEUE_WAIT=size.wait, CACHE_MAX_SIZE=0) as service:
        plan = {"url": service.url, "page_ms": size.page_ms or 0, "drawn": not coded}
        warm = run_crowd(Plan(jobs=WARM if coded else 8, clients=2, first=500_000, rate=4, **plan))
        with Probes(service.url) as probes:
            told = run_crowd(Plan(jobs=size.jobs, clients=size.clients, **plan))
        check_ends(report, told)
        check_once(report, [*warm, *told], completed(service.redis_port), service.log("worker"))
        check_refusals(report, told)
        check_probes(report, probes.seen)
        if timed:
            check_times(report, told, probes.seen)


def run_crowd(plan: Plan) -> list[Told]:
    """The plan, carried out in a process of its own."""
    words = [f"--{name.replace('_', '-')}" for name in ("jobs", "clients", "first", "rate", "page_ms", "seconds")]
    values = [plan.jobs, plan.clients, plan.first, plan.rate, plan.page_ms, plan.seconds]
    options = [str(word) for pair in zip(words, values, strict=True) for word in pair]
    flags = [f"--{name}" for name in ("stubborn", "drawn") if getattr(plan, name)]
    command = [sys.executable, "-m", "stress.load.crowd", plan.url, *options, *flags]
    done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, check=True, timeout=plan.seconds + 120)
    return [Told(**one) for one in json.loads(done.stdout.splitlines()[-1])]


def completed(redis_port: int) -> int:
    """Jobs that the service has counted as completed."""
    return int(redis.Redis(port=redis_port).hget(COUNTERS, "jobs:completed") or 0)


class Probes:
    """Health probes from a process of their own, as long as the context lasts; then they were `seen`."""

    def __init__(self, url: str) -> None:
        self._url = url
        self.seen: dict[str, Probed] = {}

    def __enter__(self) -> Probes:
        command = [sys.executable, "-m", "stress.load.prober", self._url]
        self._process = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        return self

    def __exit__(self, *_) -> None:
        out, _ = self._process.communicate(timeout=90)
        self.seen = {path: Probed(**found) for path, found in json.loads(out).items()}


def check_ends(report: Report, told: list[Told]) -> None:
    """What clients saw: jobs taken or refused in so many words, those that were taken done, with their own texts."""
    accepted = [one for one in told if one.accepted]
    codes = Counter(one.code or one.answer for one in told if not one.accepted)
    report.tell("accepted", len(accepted))
    report.tell("not accepted", ", ".join(f"{count} {code}" for code, count in codes.items()) or 0)
    lost = [one for one in accepted if one.ended != 200]
    report.must("lost", len(lost), len(lost) == 0, "; ".join(f"{one.number}: {one.ended} {one.text}" for one in lost))
    wrong = sum(one.ended == 200 and one.text != text_of(one.number) for one in accepted)
    report.must("with another's text", wrong, wrong == 0)


def check_once(report: Report, told: list[Told], done: int, log: str) -> None:
    """What the service says it did: each accepted job completed once, and no other."""
    accepted = {one.job_id for one in told if one.accepted}
    lines = [json.loads(line) for line in log.splitlines() if '"event": "job completed"' in line]
    twice = sum(count > 1 for count in Counter(line["job_id"] for line in lines).values())
    report.must("done twice", twice, twice == 0)
    report.must("completed, as the service counts", done, done == len(accepted))


def check_refusals(report: Report, told: list[Told]) -> None:
    """A full queue is told in so many words, and with when to come back."""
    refused = [one for one in told if not one.accepted]
    strange = sum(one.code != "queue_full" or not one.retry_after for one in refused)
    report.must("refused in other words", strange, bool(refused) and strange == 0)
    waits = [one.retry_after or 0 for one in refused] or [0]
    report.tell("Retry-After", f"{min(waits)} to {max(waits)} s")


def check_probes(report: Report, seen: dict[str, Probed]) -> None:
    for path, found in seen.items():
        report.must(path, f"{found.count} probes, {found.failed} failed", not found.failed)


def check_times(report: Report, told: list[Told], seen: dict[str, Probed]) -> None:
    for what, accepted in (("taken", True), ("refused", False)):
        times = [one.ms for one in told if one.accepted == accepted] or [0.0]
        p50, p99 = percentile(times, 0.5), percentile(times, 0.99)
        say = report.tell if accepted else partial(report.must, holds=p99 <= MOST_MS)
        say(f"{what} within", f"p50 {p50:.1f}, p99 {p99:.1f}, longest {max(times):.1f} ms")
    for path, found in seen.items():
        said = f"p50 {found.p50:.1f}, p99 {found.p99:.1f}, longest {found.longest:.1f} ms"
        report.must(f"{path} within", said, found.p99 <= MOST_MS)
