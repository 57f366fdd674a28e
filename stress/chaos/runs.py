"""All chaos runs."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable
from contextlib import ExitStack
from functools import partial
from pathlib import Path

from stress.chaos import breakage
from stress.chaos.bad_documents import SETTINGS, BadDocuments
from stress.chaos.disk import fill_disk, small_disk
from stress.chaos.restarting_service import RestartingService
from stress.chaos.under_load import UnderLoad
from stress.coded_pictures import Action
from stress.harness import ServiceProcesses
from stress.report import Report

#: Megabytes of the disk for uploads.
DISK_SIZE = 16


def run(only: str) -> bool:
    """The runs whose name contains `only`. True if all checks held."""
    report = Report("chaos")
    run_breakages(report, only)
    run_bad_documents(report, only)
    for failure in report.failures:
        sys.stdout.write(f"failed: {failure}\n")
    return report.passed


def run_breakages(report: Report, only: str) -> None:
    """Break one service in several ways, one after the other."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="stress-chaos-")))
        uploads = folder / "uploads"
        runs: dict[str, Callable[[ServiceProcesses], None]] = {
            "a random worker child is killed every 5 s": partial(breakage.kill_worker_children, times=6, interval=5),
            "a web process is killed every 5 s": partial(breakage.kill_web_processes, times=3, interval=5),
            "the worker's parent is killed": breakage.kill_worker_parent,
            "Redis is killed and restarted": breakage.restart_redis,
            "Redis is stopped for 20 s": partial(breakage.stop_redis, seconds=20),
        }
        try:
            stack.enter_context(small_disk(uploads, DISK_SIZE))
            runs["the disk for uploads is full for 10 s"] = partial(fill_disk, folder=uploads, seconds=10)
        except PermissionError as error:
            report.heading(f"skipped, the full disk: {error}")
        chosen = {name: break_it for name, break_it in runs.items() if only in name}
        if chosen:
            service = stack.enter_context(RestartingService(folder, UPLOAD_FOLDER=uploads))
            load = UnderLoad(service, report)
            for name, break_it in chosen.items():
                load.run(name, break_it)


def run_bad_documents(report: Report, only: str) -> None:
    """Documents that crash or block their workers, on a service with a short time limit per page."""
    names = {
        Action.CRASH: "a page that crashes its worker",
        Action.HANG: "a page that hangs in native code",
        None: "a job of 200 pages is cancelled",
    }
    chosen = {action: name for action, name in names.items() if only in name}
    if not chosen:
        return
    with (
        tempfile.TemporaryDirectory(prefix="stress-chaos-") as folder,
        RestartingService(Path(folder), **SETTINGS) as service,
    ):
        documents = BadDocuments(service, report)
        for first, (action, name) in enumerate(chosen.items(), 1):
            if action is None:
                documents.cancel(name, first=1000 * first)
            else:
                documents.kill_workers(name, action, first=1000 * first)
