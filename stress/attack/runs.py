"""The attack: everything at once, while honest clients are measured."""

from __future__ import annotations

import random
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from stress.attack import bombers
from stress.attack.bombers import Bomber
from stress.attack.floods import BatchFlood
from stress.attack.measured_clients import MeasuredClients
from stress.attack.pdf_bombs import PDF_BOMBS, fills
from stress.attack.picture_bombs import PICTURE_BOMBS
from stress.attack.process_watch import ProcessWatch
from stress.attack.service import AttackedService
from stress.attack.slow_clients import SLOWNESS, SlowClients, Slowness, addresses
from stress.report import Report

BOMBS: dict[str, Callable[[], bytes]] = {**PDF_BOMBS, **PICTURE_BOMBS}


@dataclass(frozen=True)
class Attack:
    """`seconds`: how long honest clients are measured at least. `ends_within`: when the last bomb must have ended."""

    bombs: Mapping[str, Callable[[], bytes]]
    slowness: Sequence[Slowness]
    #: Files of each batch: address of the client.
    batches: Mapping[int, str]
    bombers: int
    seconds: float
    ends_within: float
    receipt_interval: float
    #: Whether response times decide. They need a machine without other work.
    timed: bool
    settings: Mapping[str, object]
    #: Whether the engine of these settings reads the receipts.
    reads: bool = True


def full(seconds: float, only: str) -> Attack:
    chosen = {name: write for name, write in BOMBS.items() if only in name}
    batches = {50: addresses(21, 1)[0], 900: addresses(22, 1)[0]}
    return Attack(chosen, SLOWNESS, batches, 6, seconds, 1500, 1.5, timed=True, settings={})


def endless_pages(seconds: float) -> Attack:
    """Six clients that send an endless page each, at the same time."""
    bombs = {f"endless page {number}": partial(fills, 34_000 + number) for number in range(6)}
    return Attack(bombs, (), {}, len(bombs), seconds, 400, 1.5, timed=True, settings={})


def run(seconds: float, only: str, endless: bool) -> bool:
    """True if all checks held."""
    report = Report("attack")
    attack(endless_pages(seconds) if endless else full(seconds, only), report)
    for failure in report.failures:
        sys.stdout.write(f"failed: {failure}\n")
    return report.passed


def attack(plan: Attack, report: Report) -> None:
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="stress-attack-")))
        service = stack.enter_context(AttackedService(folder, **plan.settings))
        watch = ProcessWatch(service)
        measured = MeasuredClients(service.url, plan.receipt_interval, plan.reads)
        report.heading(f"{len(plan.bombs)} bombs from {plan.bombers} clients, slow clients and batches")
        started = time.monotonic()
        with watch, measured, ExitStack() as others:
            slow = others.enter_context(SlowClients(service.port, plan.slowness))
            floods = [
                others.enter_context(BatchFlood(service.url, [address], files, PDF_BOMBS["object stream of 400 MB"]))
                for files, address in plan.batches.items()
            ]
            clients = _start_bombers(service.url, plan)
            bombers.check(report, clients, started + plan.ends_within)
            time.sleep(max(0.0, started + plan.seconds - time.monotonic()))
        report.heading("slow clients and floods meanwhile")
        slow.report(report)
        for flood in floods:
            flood.check(report)
        report.heading(f"honest clients, for {time.monotonic() - started:.0f} s")
        measured.check(report, plan.timed)
        report.heading("processes")
        watch.check(report)
        errors = service.errors()
        report.check("errors in the log", len(errors), not errors, errors[0] if errors else "")
        report.check("ready afterwards", service.is_ready(), service.is_ready())


def _start_bombers(url: str, plan: Attack) -> list[Bomber]:
    """The bombs in an order that is always the same, dealt out to clients."""
    names = sorted(plan.bombs)
    random.Random(12).shuffle(names)
    bombs = [(name, plan.bombs[name]) for name in names]
    clients = [
        Bomber(url, address, bombs[index :: plan.bombers]) for index, address in enumerate(addresses(20, plan.bombers))
    ]
    for client in clients:
        client.start()
    return clients
