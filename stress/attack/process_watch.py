"""Watches the processes of the service: the memory of each, and which ones end."""

from __future__ import annotations

import threading
from collections import Counter
from pathlib import Path
from typing import Self

import psutil

from services.worker.sizing import BYTES_PER_PROCESS
from stress.attack.service import DOCUMENTS, INSPECTION, REDIS, WEB, WORKER, AttackedService
from stress.processes import wait_until
from stress.report import Report

#: Seconds between two samples.
INTERVAL = 0.3
#: Memory of all web processes and their inspections: the limit of the web container in Compose and Kubernetes.
WEB_BYTES = 1 << 30
#: Roles whose processes stay the same. Confined children are replaced when a file has harmed them.
PERMANENT = (WEB, WORKER, REDIS)
#: Seconds in which the supervisor replaces a process that has ended.
REPLACED_WITHIN = 30


class ProcessWatch:
    """A context manager. `check` tells what it has seen."""

    def __init__(self, service: AttackedService) -> None:
        self._service = service
        self._peaks: Counter[str] = Counter()
        self._first = {role: len(service.processes()[role]) for role in PERMANENT}
        self._seen: dict[str, set[int]] = {role: set() for role in (*PERMANENT, DOCUMENTS, INSPECTION)}
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, name="watch", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join()

    def check(self, report: Report) -> None:
        for what, limit in (
            ("a worker and its document processes", BYTES_PER_PROCESS),
            ("all web processes", WEB_BYTES),
        ):
            value = f"{self._peaks[what] >> 20} MB of {limit >> 20} MB"
            report.check(f"memory of {what}", value, self._peaks[what] <= limit)
        for role in PERMANENT:
            ended = len(self._seen[role]) - self._first[role]
            report.check(f"{role}: ended and replaced", ended, self._is_complete(role), "not all run again")
        for role in (DOCUMENTS, INSPECTION):
            report.figure(f"{role}: started", len(self._seen[role]))

    def _is_complete(self, role: str) -> bool:
        try:
            wait_until(lambda: len(self._service.processes()[role]) >= self._first[role], REPLACED_WITHIN)
        except AssertionError:
            return False
        return True

    def _run(self) -> None:
        while not self._ended.wait(INTERVAL):
            found = self._service.processes()
            for role, seen in self._seen.items():
                seen.update(process.pid for process in found[role])
            self._note("all web processes", found[WEB] + found[INSPECTION])
            for worker in found[WORKER]:
                self._note("a worker and its document processes", [worker, *_descendants(worker)])

    def _note(self, what: str, processes: list[psutil.Process]) -> None:
        self._peaks[what] = max(self._peaks[what], sum(map(_memory, processes)))


def _descendants(process: psutil.Process) -> list[psutil.Process]:
    try:
        return process.children(recursive=True)
    except psutil.Error:
        return []


def _memory(process: psutil.Process) -> int:
    """Proportional set size in bytes: what processes share is counted once."""
    try:
        lines = Path(f"/proc/{process.pid}/smaps_rollup").read_text().splitlines()
        return int(next(line for line in lines if line.startswith("Pss:")).split()[1]) << 10
    except (OSError, StopIteration):  # it has ended
        return 0
