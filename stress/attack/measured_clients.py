"""Honest clients and health probes, each in a process of their own, while something else happens."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any, Self

from stress.attack.honest import ReceiptOutcome
from stress.load.probe_client import PATHS, ProbeTimes
from stress.processes import REPOSITORY
from stress.report import Report, percentile

#: Milliseconds from a receipt to its result, at the 99th percentile, and of a probe.
RECEIPT_MS, PROBE_MS = 5000, 50
#: Seconds that the last receipt may take.
END_SECONDS = 90


class MeasuredClients:
    """A context manager: clients start with it and stop at its end. Then `check` tells how they were served."""

    def __init__(self, url: str, interval: float, reads: bool = True) -> None:
        self._honest = _Client("stress.attack.honest", json.dumps({"url": url, "interval": interval, "reads": reads}))
        self._probes = _Client("stress.load.probe_client", url)

    def __enter__(self) -> Self:
        self._honest.start()
        self._probes.start()
        return self

    def __exit__(self, *_: object) -> None:
        for client in (self._honest, self._probes):
            client.stop()

    def check(self, report: Report, timed: bool) -> None:
        outcomes = [ReceiptOutcome(**outcome) for outcome in self._honest.output]
        correct = sum(outcome.correct for outcome in outcomes)
        wrong = [f"{o.number} after {o.at} s: {o.status} {o.code}" for o in outcomes if not o.correct]
        report.check("receipts with the right result", f"{correct} of {len(outcomes)}", not wrong, "; ".join(wrong))
        times = [outcome.ms for outcome in outcomes] or [0.0]
        p50, p99 = percentile(times, 0.5), percentile(times, 0.99)
        value = f"p50 {p50:.0f}, p99 {p99:.0f}, longest {max(times):.0f} ms"
        slow = sorted((o.at, round(o.ms)) for o in outcomes if o.ms > RECEIPT_MS)
        report.check("receipt to result", value, not timed or p99 <= RECEIPT_MS, f"(second, ms): {slow}")
        for path in PATHS:
            probes = ProbeTimes(**self._probes.output[path])
            report.check(f"{path}, p99", f"{probes}", not timed or probes.p99 <= PROBE_MS)
            report.check(f"{path}, failed", f"{probes.failed} of {probes.count}", probes.failed == 0)


class _Client:
    """A module that runs until its standard input is closed, and then prints JSON."""

    def __init__(self, module: str, argument: str) -> None:
        self._command = [sys.executable, "-m", module, argument]
        self._process: subprocess.Popen[bytes] | None = None
        self.output: Any = None

    def start(self) -> None:
        self._process = subprocess.Popen(self._command, cwd=REPOSITORY, stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def stop(self) -> None:
        assert self._process
        output, _ = self._process.communicate(timeout=END_SECONDS)
        self.output = json.loads(output)
