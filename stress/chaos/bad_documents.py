"""Documents that crash or block their workers, and a long document that is cancelled."""

from __future__ import annotations

import subprocess
import sys
import time
from typing import Any

import requests

from stress.coded_pictures import CURED_FILE, PAGE_LOG, Action, coded_pdf, coded_picture, text_of
from stress.harness import REPOSITORY, ServiceProcesses, wait_until
from stress.report import Report

ADMIN_TOKEN = "admin token of the chaos runs"
#: Settings that the service needs for these runs.
SETTINGS = {"ADMIN_TOKEN": ADMIN_TOKEN, "OCR_TIMEOUT_PER_PAGE": 3, "MAX_PDF_PAGES": 200}
#: Pages of a document that kills its workers, and the number of the page that does.
PAGES, BAD_PAGE = 12, 7
#: Seconds until such a job must have ended.
FAILED_WITHIN = 120
#: Seconds after a DELETE within which the last page may start.
CANCELLED_WITHIN = 2.0


class BadDocuments:
    """Runs on one service. Each run takes page numbers from `first` on, so no two documents are the same."""

    def __init__(self, service: ServiceProcesses, report: Report) -> None:
        self._service = service
        self._report = report
        self._data = service.folder / "data"

    def kill_workers(self, name: str, action: Action, first: int, copies: int = 2) -> None:
        """Send documents with one page that kills its worker: the page fails after two workers.

        Once the cause is removed, a replay completes the documents: one over HTTP, the others on the command line.
        """
        self._report.heading(name)
        (self._data / CURED_FILE).unlink(missing_ok=True)
        documents = [list(range(first + copy * PAGES, first + (copy + 1) * PAGES)) for copy in range(copies)]
        started = time.monotonic()
        jobs = [self._upload(numbers, {numbers[BAD_PAGE - 1]: action}) for numbers in documents]
        self._check_other_jobs(first + copies * PAGES)
        for job_id, numbers in zip(jobs, documents, strict=True):
            self._check_failed_page(job_id, numbers, started)
        self._check_dead_letters(jobs)
        (self._data / CURED_FILE).touch()
        self._replay(jobs)
        complete = sum(self._is_complete(job_id, own) for job_id, own in zip(jobs, documents, strict=True))
        self._report.check("complete after the replay", f"{complete} of {len(jobs)}", complete == len(jobs))
        left = self._admin("GET", "").json()["total"]
        self._report.check("dead letters left", left, left == 0)

    def cancel(self, name: str, first: int, pages: int = 200, page_ms: int = 300) -> None:
        """Cancel a long document while its pages are read."""
        self._report.heading(name)
        numbers = list(range(first, first + pages))
        job_id = self._upload(numbers, {}, page_ms)
        wait_until(lambda: len(self._started_pages(numbers)) >= 4, 30, "the first pages")
        cancelled = time.time()
        response = requests.delete(f"{self._service.url}/ocr/job/{job_id}", timeout=10)
        seconds = self._read_picture(first + pages)
        time.sleep(2 * CANCELLED_WITHIN)
        started = self._started_pages(numbers)
        self._report.figure("pages started", f"{len(started)} of {pages}; DELETE returned {response.status_code}")
        last = max(moment for moment, _ in started) - cancelled
        stopped = last < CANCELLED_WITHIN and len(started) < pages
        self._report.check("last page started", f"{last:+.2f} s after DELETE was sent", stopped)
        self._report.check("another picture was read", f"after {seconds:.2f} s", seconds < 5)

    def _upload(self, numbers: list[int], actions: dict[int, Action], page_ms: int = 50) -> str:
        response = self._service.post("/ocr/pdf", coded_pdf(numbers, page_ms, actions), "scan.pdf", dpi=72)
        response.raise_for_status()
        job_id: str = response.json()["job_id"]
        return job_id

    def _read_picture(self, number: int) -> float:
        """Seconds from the upload of a picture to its text."""
        started = time.monotonic()
        text = self._service.result_of(self._service.post("/ocr/image", coded_picture(number, ms=50)))["text"]
        assert text == text_of(number), f"read {text} instead of {text_of(number)}"
        return time.monotonic() - started

    def _check_other_jobs(self, first: int) -> None:
        longest = max(self._read_picture(first + index) for index in range(10))
        self._report.check("other jobs meanwhile", f"10 of 10, the slowest in {longest:.1f} s", longest < 30)

    def _check_failed_page(self, job_id: str, numbers: list[int], started: float) -> None:
        pages = self._result(job_id)["pages"]
        seconds = time.monotonic() - started
        self._report.check("job ended after", f"{seconds:.0f} s", seconds < FAILED_WITHIN)
        bad = pages.pop(BAD_PAGE - 1)
        workers = {pid for _, pid in self._started_pages([numbers[BAD_PAGE - 1]])}
        self._report.check("workers killed by the page", len(workers), len(workers) == 2)
        self._report.check("error of the page", bad["error"] and bad["error"]["code"], not bad["success"])
        texts = [text_of(number) for index, number in enumerate(numbers, 1) if index != BAD_PAGE]
        correct = sum(page["text"] == text for page, text in zip(pages, texts, strict=True))
        self._report.check("other pages with the right text", f"{correct} of {len(texts)}", correct == len(texts))

    def _check_dead_letters(self, jobs: list[str]) -> None:
        letters = self._admin("GET", "").json()["dead_letters"]
        failed_pages = {letter["job_id"]: [fault["page"] for fault in letter["faults"]] for letter in letters}
        found = sum(failed_pages.get(job_id) == [BAD_PAGE] for job_id in jobs)
        self._report.check("dead letters that name the page", f"{found} of {len(jobs)}", found == len(jobs))

    def _replay(self, jobs: list[str]) -> None:
        by_http, *by_command = jobs
        assert self._admin("POST", f"/{by_http}/replay").status_code == 202
        if by_command:
            lines = self._command("list").splitlines()
            listed = all(any(line.startswith(job_id) for line in lines) for job_id in by_command)
            self._report.check("listed by the command line", listed, listed)
            self._command("replay", *by_command)

    def _is_complete(self, job_id: str, numbers: list[int]) -> bool:
        return [page["text"] for page in self._result(job_id)["pages"]] == [text_of(number) for number in numbers]

    def _admin(self, method: str, path: str) -> requests.Response:
        url = f"{self._service.url}/admin/dead-letters{path}"
        return requests.request(method, url, headers={"Authorization": f"Bearer {ADMIN_TOKEN}"}, timeout=10)

    def _command(self, *arguments: str) -> str:
        command = [sys.executable, "-m", "flask", "--app", "app", "dead-letters", *arguments]
        environment = self._service.environment
        run = subprocess.run(command, cwd=REPOSITORY, env=environment, capture_output=True, text=True, timeout=60)
        assert run.returncode == 0, run.stderr
        return run.stdout

    def _result(self, job_id: str) -> Any:
        return self._service.wait_for_result(f"/ocr/job/{job_id}/result", FAILED_WITHIN)

    def _started_pages(self, numbers: list[int]) -> list[tuple[float, int]]:
        """(Unix time, process id) of each start of a page with one of these numbers."""
        path, wanted = self._data / PAGE_LOG, set(numbers)
        lines = [line.split() for line in path.read_text().splitlines()] if path.exists() else []
        return [(float(moment), int(pid)) for moment, number, pid in lines if int(number) in wanted]
