"""The command line. Ends with 1 when something that must hold did not."""

from __future__ import annotations

import argparse
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path

from bench.machine import describe
from stress.chaos import breakage
from stress.chaos.pages import SETTINGS, Pages
from stress.chaos.service import KeptService, small_disk
from stress.chaos.under_load import UnderLoad
from stress.load.coded import CRASHES, HANGS
from stress.load.report import Report

#: Megabytes of the disk that uploads lie on.
DISK = 16


def failures(report: Report, only: str) -> None:
    """One after the other, on one service."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="chaos-")))
        uploads = folder / "uploads"
        runs = {
            "a random worker child is killed every 5 s": breakage.kill_worker_children(),
            "a web process is killed every 5 s": breakage.kill_web_processes(),
            "the worker's parent is killed": breakage.kill_worker_parent,
            "Redis is killed, and restarted": breakage.restart_redis,
            "Redis is stopped for 20 s": breakage.stop_redis(),
        }
        try:
            stack.enter_context(small_disk(uploads, DISK))
            runs["the disk of uploads is full for 10 s"] = breakage.fill_disk(uploads)
        except PermissionError as error:
            report.say(f"left out, the full disk: {error}")
        chosen = {what: break_it for what, break_it in runs.items() if only in what}
        if chosen:
            service = KeptService(folder, UPLOAD_FOLDER=uploads)
            stack.callback(service.stop)
            load = UnderLoad(service.start(), report)
            for what, break_it in chosen.items():
                load.run(what, break_it)


def documents(report: Report, only: str) -> None:
    """Documents that are bad for their workers, on a service whose pages have little time."""
    runs = {
        "a page that crashes its worker": lambda pages, what: pages.killer(what, CRASHES, 1000),
        "a page that hangs in native code": lambda pages, what: pages.killer(what, HANGS, 2000),
        "a job of 200 pages is cancelled": lambda pages, what: pages.cancel(what, 3000),
    }
    chosen = {what: run for what, run in runs.items() if only in what}
    if chosen:
        with ExitStack() as stack:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="chaos-")))
            service = KeptService(folder, **SETTINGS)
            stack.callback(service.stop)
            pages = Pages(service.start(), report)
            for what, run in chosen.items():
                run(pages, what)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m stress.chaos", description=__doc__)
    parser.add_argument("--only", default="", metavar="WORDS", help="runs that have these words in their name")
    chosen = parser.parse_args()
    sys.stdout.write(f"machine   {describe()}\n")
    report = Report("chaos")
    failures(report, chosen.only)
    documents(report, chosen.only)
    for failure in report.failures:
        sys.stdout.write(f"did not hold: {failure}\n")
    return 0 if report.holds else 1


if __name__ == "__main__":
    sys.exit(main())
